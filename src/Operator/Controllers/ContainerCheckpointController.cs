using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Tracing;
using CheckpointOperator.Operator.Checkpoints;
using CheckpointOperator.Operator.Observation;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.Operator.Controllers;

/// <summary>Gives each checkpoint to the node of its Pod, watches over it, and clears up after it. The node's agent does the work.</summary>
internal sealed class ContainerCheckpointController(
    ResourceClient<V1Alpha1ContainerCheckpoint> checkpoints,
    IEntityCache<V1Alpha1CheckpointNode> checkpointNodes,
    ResourceClient<V1Pod> pods,
    ResourceClient<V1Node> nodes,
    IEntityCache<V1Node> knownNodes,
    EventPublisher publish,
    ObjectMetrics metrics,
    Ages ages,
    TimeProvider time,
    IOptions<OperatorOptions> options) : IEntityController<V1Alpha1ContainerCheckpoint>
{
    // A timer's own limit is days; a checkpoint may be kept for years.
    private static readonly TimeSpan LongestRequeue = TimeSpan.FromHours(1);

    /// <inheritdoc />
    public Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> ReconcileAsync(V1Alpha1ContainerCheckpoint entity, CancellationToken cancellationToken) =>
        entity.Metadata.DeletionTimestamp is not null
            ? ReleaseAsync(entity, cancellationToken)
            : entity.Status.Phase switch
            {
                CheckpointPhase.Running => SuperviseAsync(entity, cancellationToken),
                CheckpointPhase.Ready or CheckpointPhase.Failed => ClearUpAsync(entity, cancellationToken),
                _ => AssignAsync(entity, cancellationToken),
            };

    /// <inheritdoc />
    public Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> DeletedAsync(V1Alpha1ContainerCheckpoint entity, CancellationToken cancellationToken)
    {
        ages.Forget(entity);
        return Task.FromResult(Success(entity));
    }

    private async Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> AssignAsync(V1Alpha1ContainerCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        if (CheckpointPreflight.FindSpecError(checkpoint) is { } error)
            return await StopAsync(checkpoint, error, cancellationToken);

        // Read live, not from a cache: what is recorded here is what a restore builds on.
        V1Pod? pod = await pods.GetAsync(PodOf(checkpoint), cancellationToken);
        if (CheckpointPreflight.FindContainer(checkpoint, pod, out V1ContainerStatus? container) is { } missing)
            return await StopAsync(checkpoint, missing, cancellationToken);

        string nodeName = pod!.Spec.NodeName;
        V1Alpha1CheckpointNode? node = checkpointNodes.Get(new NamespacedName(null, nodeName));
        if (CheckpointPreflight.FindNodeObstacle(checkpoint, pod, node, ages) is { } incapable)
            return await StopAsync(checkpoint, incapable with { NodeName = nodeName }, cancellationToken);

        // The finalizer stands before the agent may write its first byte: no archive without someone to remove it.
        V1Alpha1ContainerCheckpoint labelled = await checkpoints.PatchAsync(checkpoint, current => Claim(current, nodeName), cancellationToken);
        string message = $"Node {nodeName} checkpoints container {container!.Name} of Pod {PodOf(checkpoint)}.";
        bool assigned = false;
        V1Alpha1ContainerCheckpoint running = await checkpoints.PatchStatusAsync(
            labelled,
            current =>
            {
                assigned = current.Status.Phase is null or CheckpointPhase.Pending;
                if (assigned)
                    Assign(current, pod, container, message);
            },
            cancellationToken);
        if (assigned)
            await publish(running, CheckpointReasons.Assigned, message, cancellationToken: cancellationToken);
        return Success(running, RemainingTime(running));
    }

    private async Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> SuperviseAsync(V1Alpha1ContainerCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        string? nodeName = checkpoint.Status.NodeName;
        if (nodeName is null || !await IsThereAsync(nodeName, cancellationToken))
        {
            return await StopAsync(checkpoint, new Obstacle(CheckpointReasons.NodeLost,
                $"Node {nodeName} is gone from the cluster before the checkpoint was Ready. Take a new one with a new ContainerCheckpoint.", IsFinal: true), cancellationToken);
        }

        TimeSpan remaining = RemainingTime(checkpoint);
        if (remaining > TimeSpan.Zero)
            return Success(checkpoint, remaining);

        return await StopAsync(checkpoint, new Obstacle(CheckpointReasons.TimedOut,
            $"The agent of node {nodeName} did not end the checkpoint within spec.timeout ({Timeout(checkpoint):c}) and {options.Value.AgentGrace:c} of grace. "
            + "Look at the agent's Pod on that node, then take a new checkpoint with a new ContainerCheckpoint.", IsFinal: true), cancellationToken);
    }

    private async Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> ClearUpAsync(V1Alpha1ContainerCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        // Where the API server does not hold the spec immutable, a change after the fact must not delete anything.
        if (SpecValidation.WasChanged(checkpoint, checkpoint.Status.ObservedGeneration))
            return Success(checkpoint);

        if (checkpoint.Status is { Phase: CheckpointPhase.Ready, PodUID: { } uid } && checkpoint.Spec.AfterCheckpoint == AfterCheckpoint.DeletePod)
            await DeletePodAsync(checkpoint, uid, cancellationToken);

        if (!GoDuration.TryParse(checkpoint.Spec.Ttl, out TimeSpan ttl) || checkpoint.Status.CompletionTime is not { } completed)
        {
            ages.Forget(checkpoint);
            return Success(checkpoint);
        }

        TimeSpan age = ages.Of(checkpoint, completed);
        if (age < ttl)
            return Success(checkpoint, ttl - age < LongestRequeue ? ttl - age : LongestRequeue);

        await publish(checkpoint, CheckpointReasons.Expired, $"Deleted {checkpoint.Spec.Ttl} after its completion, as spec.ttl says.", cancellationToken: cancellationToken);
        await checkpoints.DeleteAsync(checkpoint, cancellationToken);
        return Success(checkpoint);
    }

    private async Task DeletePodAsync(V1Alpha1ContainerCheckpoint checkpoint, string uid, CancellationToken cancellationToken)
    {
        NamespacedName key = PodOf(checkpoint);
        V1Pod? pod = await pods.GetAsync(key, cancellationToken);
        if (pod?.Metadata.Uid != uid || pod.Metadata.DeletionTimestamp is not null)
            return;
        if (await pods.DeleteAsync(pod, cancellationToken))
            await publish(checkpoint, CheckpointReasons.PodDeleted, $"Deleted Pod {key} after its checkpoint, as spec.afterCheckpoint says.", cancellationToken: cancellationToken);
    }

    /// <summary>The node's agent removes the archive and then the finalizer; only where no agent can ever come does the operator remove it.</summary>
    private async Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> ReleaseAsync(V1Alpha1ContainerCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        if (checkpoint.Metadata.Finalizers?.Contains(ApiGroup.ArchiveFinalizer) != true)
            return Success(checkpoint);

        string? nodeName = checkpoint.Status.NodeName;
        if (nodeName is not null && await IsThereAsync(nodeName, cancellationToken))
            return Success(checkpoint, options.Value.RecheckPeriod);

        if (nodeName is not null)
        {
            await publish(checkpoint, CheckpointReasons.ArchiveAbandoned,
                $"Node {nodeName} is gone from the cluster, and the archive with it; it is not removed there.", EventType.Warning, cancellationToken);
        }

        try
        {
            return Success(await checkpoints.PatchAsync(checkpoint, current => current.Metadata.Finalizers?.Remove(ApiGroup.ArchiveFinalizer), cancellationToken));
        }
        catch (ApiServerException gone) when (gone.IsNotFound)
        {
            return Success(checkpoint);
        }
    }

    // A cache that is behind may lack a node that is there: what cannot be undone is not decided by it.
    private async Task<bool> IsThereAsync(string nodeName, CancellationToken cancellationToken)
    {
        NamespacedName key = new(null, nodeName);
        return knownNodes.Get(key) is not null || await nodes.GetAsync(key, cancellationToken) is not null;
    }

    /// <summary>Writes why the checkpoint waits or has failed, and tells it once.</summary>
    private async Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> StopAsync(
        V1Alpha1ContainerCheckpoint checkpoint, Obstacle obstacle, CancellationToken cancellationToken)
    {
        bool told = false;
        CheckpointPhase? judged = checkpoint.Status.Phase;
        V1Alpha1ContainerCheckpoint stopped = await checkpoints.PatchStatusAsync(
            checkpoint,
            current =>
            {
                told = current.Status.Phase == judged && current.Status.Conditions.Find(ConditionTypes.Ready)?.Message != obstacle.Message;
                if (told)
                    Stop(current, obstacle);
            },
            cancellationToken);
        if (told && obstacle.IsFinal)
            metrics.Failed(stopped, obstacle.Reason);
        if (told)
            await publish(stopped, obstacle.Reason, obstacle.Message, EventType.Warning, cancellationToken);
        return Success(stopped, obstacle.IsFinal ? null : options.Value.RecheckPeriod);
    }

    private static void Claim(V1Alpha1ContainerCheckpoint checkpoint, string nodeName)
    {
        V1ObjectMeta metadata = checkpoint.Metadata;
        metadata.Labels ??= new Dictionary<string, string>();
        metadata.Labels[ApiGroup.NodeLabelKey] = NodeLabel.ValueFor(nodeName);
        metadata.Finalizers ??= [];
        if (!metadata.Finalizers.Contains(ApiGroup.ArchiveFinalizer))
            metadata.Finalizers.Add(ApiGroup.ArchiveFinalizer);
        TraceContext.Note(metadata, ApiGroup.TraceAnnotation);
    }

    private void Assign(V1Alpha1ContainerCheckpoint checkpoint, V1Pod pod, V1ContainerStatus container, string message)
    {
        DateTimeOffset now = time.GetUtcNow();
        ContainerCheckpointStatus status = checkpoint.Status;
        status.ObservedGeneration = checkpoint.Metadata.Generation;
        status.Phase = CheckpointPhase.Running;
        status.NodeName = pod.Spec.NodeName;
        status.PodUID = pod.Metadata.Uid;
        status.PodTemplate = PodTemplateRecorder.Record(pod);
        status.Container = new CheckpointedContainer { Id = container.ContainerID, Name = container.Name, Image = container.Image, ImageDigest = container.ImageID };
        status.StartTime = now.UtcDateTime;
        status.Message = message;
        status.Conditions = status.Conditions.With(ConditionTypes.Ready, Conditions.False, CheckpointReasons.Checkpointing, message, checkpoint.Metadata.Generation, now);
    }

    private void Stop(V1Alpha1ContainerCheckpoint checkpoint, Obstacle obstacle)
    {
        DateTimeOffset now = time.GetUtcNow();
        ContainerCheckpointStatus status = checkpoint.Status;
        status.ObservedGeneration = checkpoint.Metadata.Generation;
        status.Phase = obstacle.IsFinal ? CheckpointPhase.Failed : CheckpointPhase.Pending;
        if (!obstacle.IsFinal)
            status.NodeName = obstacle.NodeName;
        status.CompletionTime = obstacle.IsFinal ? now.UtcDateTime : null;
        status.Message = obstacle.Message;
        status.Conditions = status.Conditions.With(ConditionTypes.Ready, Conditions.False, obstacle.Reason, obstacle.Message, checkpoint.Metadata.Generation, now);
    }

    private TimeSpan RemainingTime(V1Alpha1ContainerCheckpoint checkpoint) =>
        Timeout(checkpoint) + options.Value.AgentGrace - (checkpoint.Status.StartTime is { } start ? ages.Of(checkpoint, start) : TimeSpan.Zero);

    private static TimeSpan Timeout(V1Alpha1ContainerCheckpoint checkpoint) =>
        GoDuration.TryParse(checkpoint.Spec.Timeout, out TimeSpan timeout) ? timeout : TimeSpan.FromMinutes(2);

    private static NamespacedName PodOf(V1Alpha1ContainerCheckpoint checkpoint) => new(checkpoint.Metadata.NamespaceProperty, checkpoint.Spec.Pod);

    private static ReconciliationResult<V1Alpha1ContainerCheckpoint> Success(V1Alpha1ContainerCheckpoint checkpoint, TimeSpan? requeueAfter = null) =>
        ReconciliationResult<V1Alpha1ContainerCheckpoint>.Success(checkpoint, requeueAfter);
}
