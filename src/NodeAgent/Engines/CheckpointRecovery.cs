using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Puts right what an agent that was killed left behind: no container stays frozen, nothing half written stays.</summary>
/// <param name="journal">What was under way.</param>
/// <param name="processes">Finds dumps that still run.</param>
/// <param name="store">Holds half-written archives.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what was found.</param>
public sealed partial class CheckpointRecovery(
    CheckpointJournal journal, INodeProcesses processes, ArchiveStore store, TimeProvider time, ILogger<CheckpointRecovery> logger)
{
    // A dump that is cut off harms what it dumps, so even a late one gets a moment.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Removes what is half written. Only before any checkpoint is taken.</summary>
    public void RemovePartials()
    {
        int partials = store.RemovePartials();
        if (partials > 0)
            Log.Partials(logger, partials);
    }

    /// <summary>Thaws what was frozen. The objects themselves are reconciled afterwards, and their checkpoints taken anew.</summary>
    /// <param name="entries">What an earlier agent wrote into the journal.</param>
    /// <param name="cancellationToken">Set when the agent ends.</param>
    /// <returns>The entries whose containers the runtime did not thaw: they are worth another try.</returns>
    public async Task<IReadOnlyList<CheckpointJournalEntry>> ThawAsync(IReadOnlyList<CheckpointJournalEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var left = new List<CheckpointJournalEntry>();
        foreach (CheckpointJournalEntry entry in entries)
        {
            try
            {
                Log.Found(logger, entry.Uid, entry.Container);
                TimeSpan remaining = entry.Deadline - time.GetUtcNow();
                await processes.AwaitLeftoversAsync(journal.FolderOf(entry.Uid), remaining > Grace ? remaining : Grace, cancellationToken);
                await new OciRuntime(processes, entry.RuntimePath, entry.RuntimeRoot).ResumeAsync(entry.Container, cancellationToken);
                journal.End(entry.Uid);
                Log.Thawed(logger, entry.Uid, entry.Container);
            }
            catch (Exception failure) when (failure is OciRuntimeException or TimeoutException or IOException)
            {
                // One container that resists must not keep the others, and new work, waiting.
                Log.NotThawed(logger, entry.Container, failure.Message);
                left.Add(entry);
            }
        }
        return left;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Checkpoint {Uid} of container {Container} was under way when the agent ended.")]
        public static partial void Found(ILogger logger, string uid, string container);

        [LoggerMessage(2, LogLevel.Information, "Container {Container} of checkpoint {Uid} is not frozen any more; the checkpoint starts afresh.")]
        public static partial void Thawed(ILogger logger, string uid, string container);

        [LoggerMessage(3, LogLevel.Information, "Removed {Count} archives that were half written.")]
        public static partial void Partials(ILogger logger, int count);

        [LoggerMessage(4, LogLevel.Error, "Container {Container} may still be frozen: {Reason}. Trying again.")]
        public static partial void NotThawed(ILogger logger, string container, string reason);
    }
}
