using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Bounds how many checkpoints are taken at once on the node, and of one container takes one after the other: a second freeze would fail.</summary>
/// <param name="options">How many.</param>
public sealed class CheckpointSlots(IOptions<AgentOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.Value.ConcurrentCheckpoints);
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits for the container's turn, then for a slot.</summary>
    /// <param name="containerId">The container.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The slot, free again when disposed.</returns>
    public async Task<IDisposable> EnterAsync(string containerId, CancellationToken cancellationToken)
    {
        Turn turn;
        lock (_turns)
        {
            turn = _turns.TryGetValue(containerId, out Turn? known) ? known : _turns[containerId] = new Turn();
            turn.Users++;
        }
        try
        {
            await turn.Free.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(containerId, turn);
            throw;
        }
        try
        {
            // Only whose turn it is takes a slot: those that wait for a container keep no other from its checkpoint.
            await _free.WaitAsync(cancellationToken);
        }
        catch
        {
            turn.Free.Release();
            Leave(containerId, turn);
            throw;
        }
        return new Slot(() =>
        {
            _free.Release();
            turn.Free.Release();
            Leave(containerId, turn);
        });
    }

    /// <inheritdoc />
    public void Dispose() => _free.Dispose();

    private void Leave(string containerId, Turn turn)
    {
        lock (_turns)
        {
            if (--turn.Users > 0)
                return;
            _turns.Remove(containerId);
            turn.Free.Dispose();
        }
    }

    private sealed class Turn
    {
        public SemaphoreSlim Free { get; } = new(1);

        public int Users { get; set; }
    }

    private sealed class Slot(Action leave) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                leave();
        }
    }
}
