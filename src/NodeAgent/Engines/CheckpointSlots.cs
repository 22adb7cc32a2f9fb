using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Bounds how many checkpoints are taken at once on the node.</summary>
/// <param name="options">How many.</param>
public sealed class CheckpointSlots(IOptions<AgentOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.Value.ConcurrentCheckpoints);

    /// <summary>Waits for a slot.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The slot, free again when disposed.</returns>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new Slot(_free);
    }

    /// <inheritdoc />
    public void Dispose() => _free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                free.Release();
        }
    }
}
