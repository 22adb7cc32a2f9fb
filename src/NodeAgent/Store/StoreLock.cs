using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Kubernetes.Health;
using CheckpointOperator.NodeAgent.Interop;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Store;

/// <summary>
/// Keeps a second agent from the store of one that runs: each takes what it finds half done for what an earlier one left. The kernel locks the store's folder
/// (<c>flock</c>) for as long as the process lives, however it ends; a folder can be locked on a file system that takes no writes, too.
/// </summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where the store is.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells of the other agent.</param>
public sealed partial class StoreLock(NodeRoot node, IOptions<AgentOptions> options, TimeProvider time, ILogger<StoreLock> logger) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private RootDirectory? _held;

    /// <inheritdoc />
    public string Name => "store";

    private string Conflict =>
        $"another checkpoint-agent of node {options.Value.NodeName} works with the store {options.Value.Store}: this one does nothing until that one ends; remove one of the two Pods";

    /// <summary>Takes the lock where nobody has it.</summary>
    /// <returns>False where another agent has it.</returns>
    /// <exception cref="IOException">The store's file system knows no locks.</exception>
    public bool TryHold()
    {
        if (_held is not null)
            return true;
        RootDirectory folder = node.MakeDirectory(options.Value.Store);
        if (Libc.flock(folder.Handle, Libc.LOCK_EX | Libc.LOCK_NB) == 0)
        {
            _held = folder;
            return true;
        }
        int error = Errno.Last;
        folder.Dispose();
        return error == Errno.EWOULDBLOCK ? false : throw new IOException($"cannot lock the store {options.Value.Store}: {Errno.Text(error)}");
    }

    /// <summary>Waits for the lock.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        if (TryHold())
            return;
        Log.Conflict(logger, Conflict);
        // A wait within flock itself could not be ended.
        while (!TryHold())
            await Task.Delay(Pause, time, cancellationToken);
        Log.Held(logger, options.Value.Store);
    }

    /// <inheritdoc />
    public string? WhyNotReady() => _held is null ? Conflict : null;

    /// <inheritdoc />
    public string? WhyNotLive() => null;

    /// <inheritdoc />
    public void Dispose() => _held?.Dispose();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Not started: {Conflict}.")]
        public static partial void Conflict(ILogger logger, string conflict);

        [LoggerMessage(2, LogLevel.Information, "The other agent has ended: the store {Store} is this one's.")]
        public static partial void Held(ILogger logger, string store);
    }
}
