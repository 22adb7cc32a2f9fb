using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Observation;

using Microsoft.Extensions.Logging;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Concludes the restores that were under way when an earlier agent ended, or that could not be concluded: the restore runtime goes on without the agent.</summary>
/// <param name="journal">What was under way.</param>
/// <param name="verdict">Tells how it ended.</param>
/// <param name="processes">Finds a runtime that still runs.</param>
/// <param name="telemetry">Measures it.</param>
/// <param name="logger">Tells what was found.</param>
internal sealed partial class RestoreRecovery(
    RestoreJournal journal, RestoreVerdict verdict, INodeProcesses processes, WorkTelemetry telemetry, ILogger<RestoreRecovery> logger)
{
    private static readonly TimeSpan RuntimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>Does it, before the first question of this agent's time.</summary>
    /// <param name="cancellationToken">Set when the agent ends.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        journal.RemoveLogs();
        foreach (RestoreJournalEntry entry in journal.Read())
        {
            if (!entry.Told)
            {
                // The runtime never heard of it; its wrapper has failed, and the kubelet asks again.
                journal.End(entry);
                continue;
            }
            Log.Found(logger, entry.Namespace, entry.Name, entry.ContainerId);
            await ConcludeAsync(entry, cancellationToken);
        }
    }

    /// <summary>Tells how one restore ended.</summary>
    /// <param name="entry">The restore.</param>
    /// <param name="cancellationToken">Set when the agent ends.</param>
    public async Task ConcludeAsync(RestoreJournalEntry entry, CancellationToken cancellationToken)
    {
        await processes.AwaitLeftoversAsync(entry.WorkPath, RuntimeLimit, cancellationToken);
        using ObservedWork work = telemetry.ResumeRestore(entry);
        work.End(await verdict.ProveAsync(entry, cancellationToken));
    }

    /// <summary>Whether trying again can help: the API server does not answer, or the runtime could not be asked.</summary>
    /// <param name="failure">What hindered telling how a restore ended.</param>
    public static bool MayPass(Exception failure) => failure is ApiServerException or HttpRequestException or TimeoutException or IOException or OciRuntimeException;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Restore {Namespace}/{Name} of container {Container} was under way when the agent ended.")]
        public static partial void Found(ILogger logger, string @namespace, string name, string container);
    }
}
