using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Proves that a process was restored, not merely started: by the runtime's state, and by what CRIU left.</summary>
/// <param name="node">The node's files.</param>
/// <param name="processes">Runs the runtime on the node.</param>
/// <param name="time">The clock.</param>
internal sealed class RestoreProof(NodeRoot node, INodeProcesses processes, TimeProvider time)
{
    /// <summary>Proves it.</summary>
    /// <param name="entry">The restore.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="RestoreRefusedException">The proof failed.</exception>
    public async Task<RestoredProcess> ProveAsync(RestoreJournalEntry entry, CancellationToken cancellationToken)
    {
        OciState? state = await new OciRuntime(processes, entry.Runtime, entry.Root).StateAsync(entry.ContainerId, cancellationToken);
        if (state is not { Status: "running", Pid: > 0 })
            throw Failed($"the runtime says that the container is {state?.Status ?? "unknown"}, not running{Because(entry)}");
        if (!Log(entry).Contains(CriuLog.RestoreFinished, StringComparison.Ordinal))
            throw Failed($"CRIU's log does not say that the restore ended well{Because(entry)}");
        // Written when the processes go on; an agent that comes later than that measures the same.
        FileStatus statistics = node.Directory.Stat(RelativePath.Parse($"{entry.WorkPath}/stats-restore"))
            ?? throw Failed("CRIU left no stats-restore");
        return new RestoredProcess
        {
            ContainerID = new ContainerId(entry.ContainerEngine, entry.ContainerId).ToString(),
            Pid = state.Pid,
            FilesWritten = entry.FilesWritten,
            BytesWritten = entry.BytesWritten,
            DeletedFiles = entry.DeletedFiles,
            RestoreMilliseconds = (long)Took(entry, statistics.Modified.ToDateTimeOffset()).TotalMilliseconds,
        };
    }

    // Until the processes went on, which was some time ago where the agent comes late. A wall clock that is set meanwhile spoils no more than that part.
    private TimeSpan Took(RestoreJournalEntry entry, DateTimeOffset wentOn)
    {
        TimeSpan whole = Longer(time.GetElapsedTime(entry.Begun), TimeSpan.Zero);
        TimeSpan since = Longer(time.GetUtcNow() - wentOn, TimeSpan.Zero);
        return Longer(whole - since, TimeSpan.Zero);

        static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
    }

    /// <summary>Why CRIU failed, in its own words; null where its log does not say.</summary>
    /// <param name="entry">The restore.</param>
    public string? Reason(RestoreJournalEntry entry) => CriuLog.Reason(Log(entry));

    private string Because(RestoreJournalEntry entry) => Reason(entry) is { } reason ? $": {reason}" : string.Empty;

    private string Log(RestoreJournalEntry entry) => CriuLog.Read(node.Directory, RelativePath.Parse($"{entry.WorkPath}/restore.log"));

    private static RestoreRefusedException Failed(string message) => new(RestoreRefusedException.RuntimeFailed, message);
}
