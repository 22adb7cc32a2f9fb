using System.Diagnostics;
using System.Text.Json;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Observation;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Answers the restore runtime: what becomes of a container that is being created, and whether its restore is proven.</summary>
/// <param name="containers">Finds the container.</param>
/// <param name="authorizer">Decides whether it may be restored.</param>
/// <param name="preparer">Prepares it.</param>
/// <param name="journal">Remembers it.</param>
/// <param name="verdict">Tells how it ended.</param>
/// <param name="restores">Writes status.</param>
/// <param name="processes">Finds a runtime that still runs.</param>
/// <param name="refusals">Counts archives that were refused.</param>
/// <param name="telemetry">Measures the work.</param>
/// <param name="publish">Writes Events.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what happened.</param>
internal sealed partial class RestoreService(
    NodeContainers containers,
    RestoreAuthorizer authorizer,
    RestorePreparer preparer,
    RestoreJournal journal,
    RestoreVerdict verdict,
    ResourceClient<V1Alpha1ContainerRestore> restores,
    INodeProcesses processes,
    ArchiveRefusals refusals,
    WorkTelemetry telemetry,
    EventPublisher publish,
    TimeProvider time,
    ILogger<RestoreService> logger)
{
    // How long a runtime that lost its wrapper may still be at work.
    private static readonly TimeSpan LeftoverLimit = TimeSpan.FromMinutes(2);

    /// <summary>Holds one conversation, from the question to the proof.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Set when the agent ends.</param>
    /// <returns>The restore where something hindered telling how it ended; it is for <see cref="RestoreRecovery"/> then.</returns>
    public async Task<RestoreJournalEntry?> ConverseAsync(WrapperConnection connection, CancellationToken cancellationToken)
    {
        WrapperMessage? question = await connection.ReceiveAsync(cancellationToken);
        if (question is null)
            return null;
        if (question is not { Version: WrapperMessage.SupportedVersion, Operation: "create" })
        {
            await connection.SendAsync(
                WrapperAnswer.Refuse("UnknownRequest", $"this agent does not know \"{question.Operation}\" of version {question.Version}: install the restore runtime of the agent's own version"),
                cancellationToken);
            return null;
        }

        using var restore = new PendingRestore(time.GetTimestamp());
        try
        {
            WrapperAnswer answer = await connection.WaitForAsync(token => AnswerAsync(question, restore, token), cancellationToken);
            await connection.SendAsync(answer, cancellationToken);
        }
        catch (System.Net.Sockets.SocketException) when (restore.Entry is { } untold)
        {
            // The restore runtime is gone and has heard of nothing: what was unpacked for it is nobody's.
            journal.End(untold);
            throw;
        }
        if (restore.Entry is not { Told: true } entry)
            return null;
        WrapperAnswer end;
        Activity.Current = restore.Work?.Span;
        try
        {
            end = await ConcludeAsync(connection, entry, cancellationToken);
        }
        catch (Exception hindered) when (RestoreRecovery.MayPass(hindered))
        {
            // The restore runtime goes on by itself when it is hung up on: its container is as it is.
            Log.NotConcluded(logger, entry.Namespace, entry.Name, hindered.Message);
            restore.Work?.HandOver();
            return entry;
        }
        restore.Work?.End(end);
        await connection.SendAsync(end, cancellationToken);
        return null;
    }

    private async Task<WrapperAnswer> AnswerAsync(WrapperMessage question, PendingRestore pending, CancellationToken cancellationToken)
    {
        RestoreDecision? decision = null;
        try
        {
            RunningContainer container = Find(question);
            decision = await authorizer.DecideAsync(container, cancellationToken);
            if (decision.Authorized is { } restore)
            {
                pending.Work = telemetry.BeginRestore(restore, pending.Asked);
                SameRuntime.Require(restore.Checkpoint.Status.Container?.Runtime, question.Runtime!);
                return await PrepareAsync(question, container, restore, pending, cancellationToken);
            }
            Log.Fresh(logger, question.Id);
            await TellAsync(decision.Restore, changed => RestoreStatus.SetStartedFresh(changed, decision.Container, time.GetUtcNow()), cancellationToken);
            return WrapperAnswer.Create;
        }
        catch (RestoreRefusedException refused)
        {
            return await RefuseAsync(decision?.Restore ?? refused.Restore, decision?.Container ?? refused.Container, pending, question, refused.Reason, refused.Message, cancellationToken);
        }
        catch (ArchiveUnusableException unusable)
        {
            return await RefuseAsync(decision?.Restore, decision?.Container, pending, question, unusable.Reason, unusable.Message, cancellationToken);
        }
        catch (ArchiveRefusedException refused)
        {
            refusals.Count(refused);
            return await RefuseAsync(decision?.Restore, decision?.Container, pending, question, RestoreRefusedException.ArchiveRefused, refused.Message, cancellationToken);
        }
        catch (JsonException malformed)
        {
            return await RefuseAsync(decision?.Restore, decision?.Container, pending, question, RestoreRefusedException.ArchiveRefused, $"a description in the archive is malformed: {malformed.Message}", cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for the answer any more; the kubelet's next attempt begins anew.
            if (pending.Entry is { } entry)
                journal.End(entry);
            throw;
        }
        catch (Exception failure)
        {
            // Whatever it was: the user is told on the object, and the log has it whole.
            Log.Failed(logger, question.Id, failure);
            return await RefuseAsync(decision?.Restore, decision?.Container, pending, question, RestoreRefusedException.PreparationFailed, failure.Message, cancellationToken);
        }
    }

    private RunningContainer Find(WrapperMessage question)
    {
        if (string.IsNullOrEmpty(question.Runtime) || string.IsNullOrEmpty(question.Root))
            throw new RestoreRefusedException(RestoreRefusedException.NotAuthorized, "the restore runtime names no runtime or no state folder");
        string bundle = question.Bundle?.TrimEnd('/') ?? string.Empty;
        RunningContainer container = containers.FindCreated(question.Id, bundle, question.Runtime, question.Root);
        if (bundle != container.Bundle)
            throw new RestoreRefusedException(RestoreRefusedException.NotAuthorized, $"the bundle {question.Bundle} is not containerd's bundle of container {question.Id} ({container.Bundle})");
        return container;
    }

    private async Task<WrapperAnswer> PrepareAsync(
        WrapperMessage question, RunningContainer container, AuthorizedRestore restore, PendingRestore pending, CancellationToken cancellationToken)
    {
        pending.Entry = new RestoreJournalEntry
        {
            Namespace = restore.Restore.Metadata.NamespaceProperty,
            Name = restore.Restore.Metadata.Name,
            Uid = restore.Restore.Metadata.Uid,
            PodUid = restore.Pod.Metadata.Uid,
            Container = restore.Container,
            ContainerId = question.Id,
            ContainerEngine = container.Id.Engine,
            Runtime = question.Runtime!,
            Root = question.Root!,
            Folder = journal.FolderFor(question.Id, restore.Checkpoint.Status.Archive?.SizeBytes ?? 0),
            Begun = time.GetTimestamp(),
            TraceParent = pending.Work?.Span?.Id,
        };
        using Activity? preparing = telemetry.Begin("prepare restore", pending.Work?.Span);
        RestoreJournalEntry prepared = await preparer.PrepareAsync(restore, container, pending.Entry, cancellationToken);
        // Counted before the runtime is told: an agent that ends here has not lost an attempt, it has one too many.
        await restores.PatchStatusAsync(restore.Restore, changed => RestoreStatus.SetAttempt(changed, restore.Container, time.GetUtcNow()), cancellationToken);
        journal.Update(prepared);
        pending.Entry = prepared;
        Log.Restoring(logger, prepared.Namespace, prepared.Name, prepared.ContainerId);
        return WrapperAnswer.Restore(prepared);
    }

    private async Task<WrapperAnswer> ConcludeAsync(WrapperConnection connection, RestoreJournalEntry entry, CancellationToken cancellationToken)
    {
        WrapperMessage? report = null;
        try
        {
            report = await connection.ReceiveAsync(cancellationToken);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // As good as hung up.
        }
        if (report is not null)
            telemetry.TellRuntime(Activity.Current, report, entry.Runtime);
        using Activity? proving = telemetry.Begin("prove restore", Activity.Current);
        if (report is { Operation: "restored", ExitCode: 0 })
            return await verdict.ProveAsync(entry, cancellationToken);
        if (report is not null)
            return await verdict.FailAsync(entry, report.Error ?? $"{entry.Runtime} restore ended with exit code {report.ExitCode}", cancellationToken);

        // The container engine gave up and killed the wrapper: what the runtime still makes of it belongs to nobody.
        await processes.AwaitLeftoversAsync(entry.WorkPath, LeftoverLimit, cancellationToken);
        await new OciRuntime(processes, entry.Runtime, entry.Root).DeleteAsync(entry.ContainerId, cancellationToken);
        return await verdict.FailAsync(entry, "the container engine ended the restore before it was done, as it does after its own time limit (the kubelet's runtimeRequestTimeout)", cancellationToken);
    }

    private async Task<WrapperAnswer> RefuseAsync(
        V1Alpha1ContainerRestore? restore, string? container, PendingRestore pending, WrapperMessage question, string reason, string message, CancellationToken cancellationToken)
    {
        Log.Refused(logger, question.Id, reason, message);
        pending.Work?.Fail(reason, message);
        if (pending.Entry is { } entry)
            journal.End(entry);
        pending.Entry = null;
        if (restore is not null && container is not null)
        {
            await TellAsync(restore, changed => RestoreStatus.SetRefused(changed, container, reason, message, time.GetUtcNow()), cancellationToken);
            await publish(restore, reason, $"container {container}: {message}", EventType.Warning, cancellationToken);
        }
        return WrapperAnswer.Refuse(reason, message);
    }

    private async Task TellAsync(V1Alpha1ContainerRestore restore, Action<V1Alpha1ContainerRestore> change, CancellationToken cancellationToken)
    {
        try
        {
            await restores.PatchStatusAsync(restore, change, cancellationToken);
        }
        catch (Exception unwritten) when (unwritten is ApiServerException or HttpRequestException or TimeoutException)
        {
            // The container engine has its answer all the same, and the kubelet's Event on the Pod shows a refusal.
            Log.NotTold(logger, restore.Metadata.Name, unwritten.Message);
        }
    }

    private sealed class PendingRestore(long asked) : IDisposable
    {
        public long Asked => asked;

        public RestoreJournalEntry? Entry { get; set; }

        public ObservedWork? Work { get; set; }

        public void Dispose() => Work?.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Restore {Namespace}/{Name}: everything is prepared for container {Container}.")]
        public static partial void Restoring(ILogger logger, string @namespace, string name, string container);

        [LoggerMessage(2, LogLevel.Information, "Container {Container} was restored before and starts from its image.")]
        public static partial void Fresh(ILogger logger, string container);

        [LoggerMessage(3, LogLevel.Warning, "Container {Container} is not restored, {Reason}: {Message}")]
        public static partial void Refused(ILogger logger, string container, string reason, string message);

        [LoggerMessage(4, LogLevel.Warning, "The status of ContainerRestore {Restore} could not be written: {Message}")]
        public static partial void NotTold(ILogger logger, string restore, string message);

        [LoggerMessage(6, LogLevel.Warning, "How restore {Namespace}/{Name} ended cannot be told yet: {Message}")]
        public static partial void NotConcluded(ILogger logger, string @namespace, string name, string message);

        [LoggerMessage(5, LogLevel.Error, "The restore of container {Container} could not be prepared.")]
        public static partial void Failed(ILogger logger, string container, Exception failure);
    }
}
