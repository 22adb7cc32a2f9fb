using System.Threading.Channels;

using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Puts right what an agent that was killed left behind: no container stays frozen, nothing half written stays.</summary>
/// <param name="journal">What was under way.</param>
/// <param name="processes">Finds dumps that still run.</param>
/// <param name="tasks">Lets go on what containerd holds.</param>
/// <param name="store">Holds half-written archives.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what was found.</param>
public sealed partial class CheckpointRecovery(
    CheckpointJournal journal, INodeProcesses processes, ContainerdTasks tasks, ArchiveStore store, TimeProvider time, ILogger<CheckpointRecovery> logger)
{
    // A dump that is cut off harms what it dumps, so even a late one gets a moment.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Channel<CheckpointJournalEntry> _left = Channel.CreateUnbounded<CheckpointJournalEntry>();

    /// <summary>Containers that the runtime did not thaw.</summary>
    public ChannelReader<CheckpointJournalEntry> Left => _left.Reader;

    /// <summary>Notes a container that the runtime did not thaw.</summary>
    /// <param name="entry">Its journal entry.</param>
    public void TryAgain(CheckpointJournalEntry entry) => _left.Writer.TryWrite(entry);

    /// <summary>Removes what is half written. Only before any checkpoint is taken.</summary>
    public void RemovePartials()
    {
        journal.RemoveUnused();
        int partials = store.RemovePartials();
        if (partials > 0)
            Log.Partials(logger, partials);
    }

    /// <summary>Thaws a container. Its object is reconciled afterwards, and its checkpoint taken anew. One that resists is noted.</summary>
    /// <param name="entry">What an earlier agent, or an earlier attempt, wrote into the journal.</param>
    /// <param name="cancellationToken">Set when the agent ends.</param>
    public async Task ThawAsync(CheckpointJournalEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        try
        {
            Log.Found(logger, entry.Uid, entry.Container);
            TimeSpan remaining = Remaining(entry);
            if (entry.ByContainerd)
            {
                // containerd's own dump, which it waits for.
                await tasks.ResumeAsync(entry.Container, remaining);
            }
            else
            {
                await processes.AwaitLeftoversAsync(journal.FolderOf(entry.Uid), remaining, cancellationToken);
                await new OciRuntime(processes, entry.RuntimePath, entry.RuntimeRoot).ResumeAsync(entry.Container, cancellationToken);
            }
            journal.End(entry.Uid);
            Log.Thawed(logger, entry.Uid, entry.Container);
        }
        catch (Exception failure) when (failure is OciRuntimeException or TimeoutException or IOException)
        {
            // One container that resists must not keep the others, and new work, waiting.
            Log.NotThawed(logger, entry.Container, failure.Message);
            TryAgain(entry);
        }
    }

    private TimeSpan Remaining(CheckpointJournalEntry entry)
    {
        TimeSpan remaining = entry.Timeout - time.GetElapsedTime(entry.Begun);
        // The monotonic clock begins anew with the node: then no dump is left that could be waited for.
        return remaining < Grace ? Grace : remaining > entry.Timeout ? entry.Timeout : remaining;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Container {Container} may be frozen: checkpoint {Uid} was cut off.")]
        public static partial void Found(ILogger logger, string uid, string container);

        [LoggerMessage(2, LogLevel.Information, "Container {Container} of checkpoint {Uid} is not frozen any more; the checkpoint starts afresh.")]
        public static partial void Thawed(ILogger logger, string uid, string container);

        [LoggerMessage(3, LogLevel.Information, "Removed {Count} archives that were half written.")]
        public static partial void Partials(ILogger logger, int count);

        [LoggerMessage(4, LogLevel.Error, "Container {Container} may still be frozen: {Reason}. Trying again.")]
        public static partial void NotThawed(ILogger logger, string container, string reason);
    }
}
