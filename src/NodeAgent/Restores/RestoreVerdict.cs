using CheckpointOperator.Kubernetes.Api.V1Alpha1;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Tells how a restore ended: in its object's status, by an Event, in the journal.</summary>
/// <param name="restores">Writes status.</param>
/// <param name="proof">Proves it.</param>
/// <param name="journal">Forgets it.</param>
/// <param name="publish">Writes Events.</param>
/// <param name="options">The attempts.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what happened.</param>
internal sealed partial class RestoreVerdict(
    ResourceClient<V1Alpha1ContainerRestore> restores,
    RestoreProof proof,
    RestoreJournal journal,
    EventPublisher publish,
    IOptions<AgentOptions> options,
    TimeProvider time,
    ILogger<RestoreVerdict> logger)
{
    /// <summary>Proves a restore that the runtime calls done, and tells it.</summary>
    /// <param name="entry">The restore.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Ok, or why not.</returns>
    public async Task<WrapperAnswer> ProveAsync(RestoreJournalEntry entry, CancellationToken cancellationToken)
    {
        RestoredProcess process;
        try
        {
            process = await proof.ProveAsync(entry, cancellationToken);
        }
        catch (RestoreRefusedException failed)
        {
            return await FailAsync(entry, failed.Message, cancellationToken);
        }
        if (await FindAsync(entry, cancellationToken) is { } restore)
        {
            await restores.PatchStatusAsync(restore, changed => RestoreStatus.SetRestored(changed, entry.Container, process, time.GetUtcNow()), cancellationToken);
            if (entry.VolumeChanges.Count > 0)
                await TellVolumeChangesAsync(restore, entry, cancellationToken);
            await publish(restore, RestoreReasons.Restored, $"container {entry.Container}: the process goes on with pid {process.Pid}, {process.RestoreMilliseconds} ms after the runtime asked", cancellationToken: cancellationToken);
        }
        Log.Restored(logger, entry.Namespace, entry.Name, entry.ContainerId, process.Pid, process.RestoreMilliseconds);
        journal.End(entry);
        return WrapperAnswer.Ok;
    }

    /// <summary>Tells that the runtime could not restore.</summary>
    /// <param name="entry">The restore.</param>
    /// <param name="error">The runtime's words.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task<WrapperAnswer> FailAsync(RestoreJournalEntry entry, string error, CancellationToken cancellationToken)
    {
        string message = proof.Reason(entry) is { } reason ? $"CRIU cannot restore the container: {reason} (see {entry.WorkPath}/restore.log on the node)" : error;
        string word = RestoreRefusedException.RuntimeFailed;
        if (await FindAsync(entry, cancellationToken) is { } restore)
        {
            int attempts = RestoreStatus.Find(restore, entry.Container).Attempts ?? 1;
            if (attempts >= options.Value.RestoreAttempts)
                (word, message) = (RestoreRefusedException.AttemptsUsedUp, $"{attempts} attempts were made, and the last one failed so: {message}");
            await restores.PatchStatusAsync(restore, changed => RestoreStatus.SetRefused(changed, entry.Container, word, message, time.GetUtcNow()), cancellationToken);
            await publish(restore, word, $"container {entry.Container}: {message}", EventType.Warning, cancellationToken);
        }
        Log.Failed(logger, entry.Namespace, entry.Name, entry.ContainerId, message);
        journal.KeepLogs(entry);
        return WrapperAnswer.Refuse(word, message);
    }

    private async Task TellVolumeChangesAsync(V1Alpha1ContainerRestore restore, RestoreJournalEntry entry, CancellationToken cancellationToken)
    {
        string message = $"container {entry.Container}: {string.Join("; ", entry.VolumeChanges)}: the process goes on beside content that it may not expect";
        await restores.PatchStatusAsync(restore, changed => RestoreStatus.SetVolumesChanged(changed, message, time.GetUtcNow()), cancellationToken);
        await publish(restore, RestoreRefusedException.VolumeChanged, message, EventType.Warning, cancellationToken);
    }

    // An object of the same name that was made since is another one's.
    private async Task<V1Alpha1ContainerRestore?> FindAsync(RestoreJournalEntry entry, CancellationToken cancellationToken) =>
        await restores.GetAsync(new NamespacedName(entry.Namespace, entry.Name), cancellationToken) is { } restore && restore.Metadata.Uid == entry.Uid ? restore : null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Restore {Namespace}/{Name}: container {Container} goes on with pid {Pid} after {Milliseconds} ms.")]
        public static partial void Restored(ILogger logger, string @namespace, string name, string container, int? pid, long? milliseconds);

        [LoggerMessage(2, LogLevel.Warning, "Restore {Namespace}/{Name}: container {Container} was not restored: {Message}")]
        public static partial void Failed(ILogger logger, string @namespace, string name, string container, string message);
    }
}
