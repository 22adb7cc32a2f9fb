using System.Diagnostics;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Observation;
using CheckpointOperator.NodeAgent.Store;

using k8s.Models;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Controllers;

/// <summary>Takes the checkpoints that the operator gave to this node.</summary>
/// <param name="checkpoints">Writes status.</param>
/// <param name="pods">Reads the Pod.</param>
/// <param name="engines">Takes the checkpoint.</param>
/// <param name="slots">Bounds how many are taken at once.</param>
/// <param name="store">Holds the archive.</param>
/// <param name="kept">Looks whether it still does.</param>
/// <param name="refusals">Counts archives that were refused.</param>
/// <param name="telemetry">Measures the work.</param>
/// <param name="report">Tells the store's new size.</param>
/// <param name="publish">Writes Events.</param>
/// <param name="options">The node's name.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what happens.</param>
internal sealed partial class ContainerCheckpointController(
    ResourceClient<V1Alpha1ContainerCheckpoint> checkpoints,
    ResourceClient<V1Pod> pods,
    EngineSelector engines,
    CheckpointSlots slots,
    ArchiveStore store,
    KeptArchives kept,
    ArchiveRefusals refusals,
    WorkTelemetry telemetry,
    NodeReport report,
    EventPublisher publish,
    IOptions<AgentOptions> options,
    TimeProvider time,
    ILogger<ContainerCheckpointController> logger) : IEntityController<V1Alpha1ContainerCheckpoint>
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(2);

    public async Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> ReconcileAsync(V1Alpha1ContainerCheckpoint entity, CancellationToken cancellationToken)
    {
        if (entity is { Metadata.DeletionTimestamp: null, Status.Phase: CheckpointPhase.Ready } && entity.Status.NodeName == options.Value.NodeName)
            return ReconciliationResult<V1Alpha1ContainerCheckpoint>.Success(await kept.LookAsync(entity, cancellationToken), options.Value.Heartbeat);
        if (!IsMine(entity))
            return ReconciliationResult<V1Alpha1ContainerCheckpoint>.Success(entity);
        // The cache may be behind what this agent wrote itself: a finished one must not be taken again.
        if (await checkpoints.GetAsync(NamespacedName.Of(entity), cancellationToken) is not { } current || current.Metadata.Uid != entity.Metadata.Uid || !IsMine(current))
            return ReconciliationResult<V1Alpha1ContainerCheckpoint>.Success(entity);
        using ObservedWork work = telemetry.BeginCheckpoint(current);
        try
        {
            return ReconciliationResult<V1Alpha1ContainerCheckpoint>.Success(await TakeAsync(current, work, cancellationToken));
        }
        catch (CheckpointFailedException failed)
        {
            return await FailAsync(current, work, failed.Reason, failed.Message, cancellationToken);
        }
        catch (IOException failure) when (StorageFault.Of(failure) is { } storage)
        {
            return await FailAsync(current, work, storage.Reason, $"{failure.Message}: {storage.Advice}", cancellationToken);
        }
        catch (ArchiveRefusedException refused)
        {
            // What the engine wrote cannot be restored: better no archive than one that fails later.
            store.Remove(current.Metadata.Uid);
            refusals.Count(refused);
            return await FailAsync(current, work, CheckpointReasons.ArchiveRefused, refused.Message, cancellationToken);
        }
    }

    public Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> DeletedAsync(V1Alpha1ContainerCheckpoint entity, CancellationToken cancellationToken) =>
        Task.FromResult(ReconciliationResult<V1Alpha1ContainerCheckpoint>.Success(entity));

    private bool IsMine(V1Alpha1ContainerCheckpoint checkpoint) =>
        checkpoint.Metadata.DeletionTimestamp is null
        && checkpoint.Status.Phase == CheckpointPhase.Running
        && checkpoint.Status.NodeName == options.Value.NodeName;

    private async Task<V1Alpha1ContainerCheckpoint> TakeAsync(V1Alpha1ContainerCheckpoint checkpoint, ObservedWork work, CancellationToken cancellationToken)
    {
        string uid = checkpoint.Metadata.Uid;
        V1Pod? pod = await pods.GetAsync(new NamespacedName(checkpoint.Metadata.NamespaceProperty, checkpoint.Spec.Pod), cancellationToken);
        CheckpointOutcome? outcome = null;
        string? expected = null;
        // An archive that has its final name was whole when an earlier agent ended: only its facts are missing.
        if (!store.Contains(uid))
        {
            CheckpointRequest request = RequestFor(checkpoint, pod);
            using IDisposable slot = await slots.EnterAsync(request.ContainerId, cancellationToken);
            (checkpoint, outcome) = await TakeAsync(checkpoint, request, work, cancellationToken);
            expected = request.ContainerId;
        }

        StoredArchive archive = await Task.Run(() => store.Inspect(uid, outcome?.Digest, cancellationToken), cancellationToken);
        RequireContainer(archive, uid, expected);
        // The work is done: it is told even while the agent ends.
        checkpoint = await checkpoints.PatchStatusAsync(
            checkpoint, changed => CheckpointStatus.SetReady(changed, pod, archive, outcome, time.GetUtcNow()), CancellationToken.None);
        if (checkpoint.Status.Phase != CheckpointPhase.Ready)
        {
            // It ended meanwhile, by its timeout say: nothing names this archive.
            store.Remove(uid);
            return checkpoint;
        }
        Log.Ready(logger, NamespacedName.Of(checkpoint), archive.SizeBytes, archive.Digest);
        work.Succeed();
        work.Span?.SetTag("checkpoint_operator.archive.size", archive.SizeBytes);
        telemetry.Taken(archive.SizeBytes, outcome?.FrozenMilliseconds);
        await publish(
            checkpoint, CheckpointReasons.Ready, $"the archive of {archive.SizeBytes} bytes is in the store{(outcome?.FrozenMilliseconds is { } frozen ? $"; the container stood still for {frozen} ms" : string.Empty)}",
            cancellationToken: CancellationToken.None);
        report.Refresh();
        return checkpoint;
    }

    // With the engine that was chosen, and where that cannot work at all and the object leaves the choice, with the other.
    private async Task<(V1Alpha1ContainerCheckpoint Checkpoint, CheckpointOutcome Outcome)> TakeAsync(
        V1Alpha1ContainerCheckpoint checkpoint, CheckpointRequest request, ObservedWork work, CancellationToken cancellationToken)
    {
        EngineChoice? choice = await engines.ChooseAsync(checkpoint.Spec.Engine, request.ContainerId, cancellationToken);
        while (true)
        {
            EngineChoice chosen = choice;
            checkpoint = await checkpoints.PatchStatusAsync(checkpoint, changed => CheckpointStatus.SetStarted(changed, chosen, time.GetUtcNow()), cancellationToken);
            await publish(checkpoint, CheckpointReasons.Checkpointing, $"taking the checkpoint of container {request.Container} with engine {chosen.Engine}, {chosen.Why}", cancellationToken: cancellationToken);
            work.Tag("checkpoint_operator.engine", chosen.Engine.ToString());
            try
            {
                using Activity? dump = telemetry.Begin("dump", work.Span);
                return (checkpoint, await engines.For(chosen).TakeAsync(request, cancellationToken));
            }
            catch (CheckpointFailedException failed)
            {
                choice = EngineSelector.Instead(checkpoint.Spec.Engine, chosen, failed);
                if (choice is null && chosen.IsFallback)
                    throw new CheckpointFailedException(failed.Reason, $"{failed.Message}; engine {chosen.Engine} was {chosen.Why}", failed);
                if (choice is null)
                    throw;
            }
        }
    }

    // The kubelet goes by names, and another Pod may have taken them.
    private void RequireContainer(StoredArchive archive, string uid, string? expected)
    {
        if (archive.Summary.ContainerId is not { } found || !ContainerId.TryParse(expected, out ContainerId asked) || asked.Id == found)
            return;
        store.Remove(uid);
        throw new CheckpointFailedException(CheckpointReasons.ArchiveRefused, $"the archive is of container {found}, not of {asked.Id}: the Pod was replaced while its checkpoint was taken");
    }

    private static CheckpointRequest RequestFor(V1Alpha1ContainerCheckpoint checkpoint, V1Pod? pod)
    {
        ContainerCheckpointSpec spec = checkpoint.Spec;
        if (pod is null || (checkpoint.Status.PodUID is { } uid && uid != pod.Metadata.Uid))
            throw NotRunning($"Pod {spec.Pod} is gone{(pod is null ? string.Empty : ", and another of its name took its place")}");
        string? name = spec.Container ?? checkpoint.Status.Container?.Name ?? (pod.Spec.Containers is [{ } only] ? only.Name : null);
        if (name is null)
            throw NotRunning($"Pod {spec.Pod} has {pod.Spec.Containers.Count} containers: name one in spec.container");
        V1ContainerStatus? status = pod.ContainerStatus(name);
        if (status?.State?.Running is null || string.IsNullOrEmpty(status.ContainerID))
            throw NotRunning($"container {name} of Pod {spec.Pod} does not run{(status?.State?.Waiting?.Reason is { } waiting ? $" ({waiting})" : string.Empty)}");
        // What was to be checkpointed is lost; what runs there now has begun anew.
        if (checkpoint.Status.Container?.Id is { } former && former != status.ContainerID)
            throw NotRunning($"container {name} of Pod {spec.Pod} ended and was started again before its checkpoint was taken (it was {former}, and is {status.ContainerID})");
        TimeSpan timeout = GoDuration.TryParse(spec.Timeout, out TimeSpan asked) && asked > TimeSpan.Zero ? asked : DefaultTimeout;
        return new CheckpointRequest(checkpoint.Metadata.Uid, pod, name, status.ContainerID, spec.Volumes == CheckpointVolumes.EmptyDir, timeout);

        static CheckpointFailedException NotRunning(string message) => new(CheckpointFailedException.ContainerNotRunning, message);
    }

    private async Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> FailAsync(
        V1Alpha1ContainerCheckpoint checkpoint, ObservedWork work, string reason, string message, CancellationToken cancellationToken)
    {
        Log.Failed(logger, NamespacedName.Of(checkpoint), reason, message);
        work.Fail(reason, message);
        checkpoint = await checkpoints.PatchStatusAsync(
            checkpoint, changed => CheckpointStatus.SetFailed(changed, reason, message, time.GetUtcNow()), CancellationToken.None);
        await publish(checkpoint, reason, message, EventType.Warning, cancellationToken);
        // The cause may be the node's, and then the next checkpoint should not begin.
        report.Refresh();
        return ReconciliationResult<V1Alpha1ContainerCheckpoint>.Success(checkpoint);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Checkpoint {Checkpoint} is ready: {Bytes} bytes, {Digest}.")]
        public static partial void Ready(ILogger logger, NamespacedName checkpoint, long bytes, string digest);

        [LoggerMessage(2, LogLevel.Warning, "Checkpoint {Checkpoint} failed, {Reason}: {Message}")]
        public static partial void Failed(ILogger logger, NamespacedName checkpoint, string reason, string message);
    }
}
