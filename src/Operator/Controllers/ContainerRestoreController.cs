using System.Net;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Tracing;
using CheckpointOperator.Operator.Observation;
using CheckpointOperator.Operator.Restores;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.Operator.Controllers;

/// <summary>Makes the Pod of each restore on the node that holds the archive, and says when the process goes on in it. The node's agent does the work.</summary>
internal sealed class ContainerRestoreController(
    ResourceClient<V1Alpha1ContainerRestore> restores,
    ResourceClient<V1Alpha1ContainerCheckpoint> checkpoints,
    IEntityCache<V1Alpha1CheckpointNode> checkpointNodes,
    ResourceClient<V1Pod> pods,
    EventPublisher publish,
    ObjectMetrics metrics,
    Ages ages,
    TimeProvider time,
    IOptions<OperatorOptions> options) : IEntityController<V1Alpha1ContainerRestore>
{
    /// <inheritdoc />
    public Task<ReconciliationResult<V1Alpha1ContainerRestore>> ReconcileAsync(V1Alpha1ContainerRestore entity, CancellationToken cancellationToken) =>
        entity.Metadata.DeletionTimestamp is not null
            ? Task.FromResult(Success(entity)) // The Pod goes with its owner, by the cluster's garbage collection.
            : entity.Status.Phase switch
            {
                RestorePhase.Running => SuperviseAsync(entity, cancellationToken),
                RestorePhase.Ready when IsRestoredAgain(entity) => SuperviseAsync(entity, cancellationToken),
                RestorePhase.Ready or RestorePhase.Failed => Task.FromResult(Success(entity)),
                _ => StartAsync(entity, cancellationToken),
            };

    /// <inheritdoc />
    public Task<ReconciliationResult<V1Alpha1ContainerRestore>> DeletedAsync(V1Alpha1ContainerRestore entity, CancellationToken cancellationToken) =>
        Task.FromResult(Success(entity));

    private async Task<ReconciliationResult<V1Alpha1ContainerRestore>> StartAsync(V1Alpha1ContainerRestore restore, CancellationToken cancellationToken)
    {
        if (RestorePreflight.FindSpecError(restore) is { } error)
            return await StopAsync(restore, error, ConditionTypes.Preflight, cancellationToken);

        string @namespace = restore.Metadata.NamespaceProperty;
        List<V1Alpha1ContainerCheckpoint> found = [];
        foreach (string name in restore.Spec.CheckpointNames())
        {
            V1Alpha1ContainerCheckpoint? checkpoint = await checkpoints.GetAsync(new NamespacedName(@namespace, name), cancellationToken);
            if (RestorePreflight.FindCheckpointObstacle(restore, name, checkpoint) is { } missing)
                return await StopAsync(restore, missing, ConditionTypes.Preflight, cancellationToken);
            found.Add(checkpoint!);
        }

        if (RestorePreflight.FindDisagreement(restore, found) is { } disagreement)
            return await StopAsync(restore, disagreement, ConditionTypes.Preflight, cancellationToken);

        string nodeName = found[0].Status.NodeName!;
        V1Alpha1CheckpointNode? node = checkpointNodes.Get(new NamespacedName(null, nodeName));
        Obstacle? incapable = found.Select(checkpoint => RestorePreflight.FindNodeObstacle(checkpoint, node, ages)
            ?? RestorePreflight.FindVolumeObstacle(restore, checkpoint)).FirstOrDefault(obstacle => obstacle is not null);
        if (incapable is not null)
            return await StopAsync(restore, incapable with { NodeName = nodeName }, ConditionTypes.Preflight, cancellationToken);

        NamespacedName podKey = new(@namespace, RestoredPodBuilder.NameFor(restore));
        V1Pod? pod = await pods.GetAsync(podKey, cancellationToken);
        if (RestorePreflight.FindNameObstacle(restore, pod) is { } taken)
            return await StopAsync(restore, taken, ConditionTypes.Preflight, cancellationToken);
        if (pod is null && !await IsUnstartedAtServerAsync(restore, cancellationToken))
            return Success(restore);

        // The node's agent sees it from here on. It waits for the Pod's UID in the status before it restores anything.
        V1Alpha1ContainerRestore labelled = await restores.PatchAsync(
            restore,
            current =>
            {
                current.Metadata.Labels ??= new Dictionary<string, string>();
                current.Metadata.Labels[ApiGroup.NodeLabelKey] = NodeLabel.ValueFor(nodeName);
                TraceContext.Note(current.Metadata, ApiGroup.TraceAnnotation);
            },
            cancellationToken);
        try
        {
            pod ??= await pods.CreateAsync(RestoredPodBuilder.Build(labelled, found, nodeName), cancellationToken);
        }
        catch (ApiServerException created) when (created.IsAlreadyExists)
        {
            // Made between our look and our try; what it is, the next look says.
            return Success(labelled, TimeSpan.FromSeconds(1));
        }
        catch (ApiServerException refused) when (refused.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest)
        {
            return await StopAsync(labelled, new Obstacle(RestoreReasons.PodRefused,
                $"The API server refused Pod {podKey}: {refused.Answer.Message} Correct that, and the restore goes on."), null, cancellationToken, current => Pass(current, found));
        }

        return await RunAsync(labelled, found, pod, cancellationToken);
    }

    /// <summary>What the agent knows the restore by, but the Pod's UID.</summary>
    private void Pass(V1Alpha1ContainerRestore restore, List<V1Alpha1ContainerCheckpoint> found)
    {
        ContainerRestoreStatus status = restore.Status;
        status.ObservedGeneration = restore.Metadata.Generation;
        status.NodeName = found[0].Status.NodeName!;
        status.PodName = RestoredPodBuilder.NameFor(restore);
        status.Containers = RestoredContainers.Begin(found);
        status.RestoredContainers = $"0/{found.Count}";
        status.Conditions = status.Conditions.With(ConditionTypes.Preflight, Conditions.True, RestoreReasons.Passed, RestorePreflight.DescribePassed(found), restore.Metadata.Generation, time.GetUtcNow());
    }

    private async Task<ReconciliationResult<V1Alpha1ContainerRestore>> RunAsync(
        V1Alpha1ContainerRestore restore, List<V1Alpha1ContainerCheckpoint> found, V1Pod pod, CancellationToken cancellationToken)
    {
        string message = string.Empty;
        bool started = false;
        V1Alpha1ContainerRestore running = await restores.PatchStatusAsync(
            restore,
            current =>
            {
                started = IsUnstarted(current);
                if (!started)
                    return;
                Pass(current, found);
                DateTimeOffset now = time.GetUtcNow();
                ContainerRestoreStatus status = current.Status;
                message = $"Pod {NamespacedName.Of(pod)} was made to restore {string.Join(", ", current.RestoredNames())} on node {status.NodeName}.";
                status.Phase = RestorePhase.Running;
                status.PodUID = pod.Metadata.Uid;
                status.StartTime = now.UtcDateTime;
                status.Message = message;
                status.Conditions = status.Conditions.With(ConditionTypes.Ready, Conditions.False, RestoreReasons.Restoring, message, current.Metadata.Generation, now);
            },
            cancellationToken);
        if (started)
            await publish(running, RestoreReasons.PodCreated, message, cancellationToken: cancellationToken);
        return Success(running, options.Value.RecheckPeriod);
    }

    private async Task<ReconciliationResult<V1Alpha1ContainerRestore>> SuperviseAsync(V1Alpha1ContainerRestore restore, CancellationToken cancellationToken)
    {
        V1Pod? pod = await pods.GetAsync(new NamespacedName(restore.Metadata.NamespaceProperty, restore.Status.PodName!), cancellationToken);
        // Whoever deletes a Pod that ran restored has no failed restore.
        if (restore.Status.Phase == RestorePhase.Ready && (pod?.Metadata.Uid != restore.Status.PodUID || pod?.Metadata.DeletionTimestamp is not null))
            return Success(restore);
        RestoreProgress progress = RestoreProgress.Of(restore, pod, time.GetUtcNow());
        bool told = false;
        V1Alpha1ContainerRestore updated = await restores.PatchStatusAsync(
            restore,
            current =>
            {
                // After a conflict the agent may have written: judged anew with what it wrote.
                RestoreProgress judged = RestoreProgress.Of(current, pod, time.GetUtcNow());
                RestoredContainers.NoteFresh(current, pod);
                told = (current.Status.Phase == RestorePhase.Running || IsRestoredAgain(current)) && current.Status.Conditions.Find(ConditionTypes.Ready)?.Message != judged.Message;
                if (!told)
                    return;
                progress = judged;
                Apply(current, judged);
            },
            cancellationToken);
        if (told && progress.Phase == RestorePhase.Failed)
            metrics.Failed(updated, progress.Reason);
        if (told && progress.Phase == RestorePhase.Ready && restore.Status.Phase == RestorePhase.Running)
            metrics.Restored(updated);
        if (told)
            await publish(updated, progress.Reason, progress.Message, progress.IsWarning ? EventType.Warning : EventType.Normal, cancellationToken);
        return Success(updated, progress.Phase == RestorePhase.Running ? options.Value.RecheckPeriod : null);
    }

    private void Apply(V1Alpha1ContainerRestore restore, RestoreProgress progress)
    {
        DateTimeOffset now = time.GetUtcNow();
        ContainerRestoreStatus status = restore.Status;
        status.Phase = progress.Phase;
        status.Message = progress.Message;
        if (progress.Phase != RestorePhase.Running)
            status.CompletionTime = now.UtcDateTime;
        string ready = progress.Phase == RestorePhase.Ready ? Conditions.True : Conditions.False;
        status.Conditions = status.Conditions.With(ConditionTypes.Ready, ready, progress.Reason, progress.Message, restore.Metadata.Generation, now);
    }

    /// <summary>Writes why the restore waits or has failed, and tells it once.</summary>
    private async Task<ReconciliationResult<V1Alpha1ContainerRestore>> StopAsync(
        V1Alpha1ContainerRestore restore, Obstacle obstacle, string? condition, CancellationToken cancellationToken, Action<V1Alpha1ContainerRestore>? before = null)
    {
        bool told = false;
        V1Alpha1ContainerRestore stopped = await restores.PatchStatusAsync(
            restore,
            current =>
            {
                told = IsUnstarted(current) && current.Status.Conditions.Find(ConditionTypes.Ready)?.Message != obstacle.Message;
                if (!told)
                    return;
                before?.Invoke(current);
                Stop(current, obstacle, condition);
            },
            cancellationToken);
        if (told && obstacle.IsFinal)
            metrics.Failed(stopped, obstacle.Reason);
        if (told)
            await publish(stopped, obstacle.Reason, obstacle.Message, EventType.Warning, cancellationToken);
        return Success(stopped, obstacle.IsFinal ? null : options.Value.RecheckPeriod);
    }

    private void Stop(V1Alpha1ContainerRestore restore, Obstacle obstacle, string? condition)
    {
        DateTimeOffset now = time.GetUtcNow();
        ContainerRestoreStatus status = restore.Status;
        status.ObservedGeneration = restore.Metadata.Generation;
        status.Phase = obstacle.IsFinal ? RestorePhase.Failed : RestorePhase.Pending;
        status.NodeName = obstacle.NodeName ?? status.NodeName;
        status.CompletionTime = obstacle.IsFinal ? now.UtcDateTime : null;
        status.Message = obstacle.Message;
        foreach (string type in condition is null ? [ConditionTypes.Ready] : new[] { condition, ConditionTypes.Ready })
            status.Conditions = status.Conditions.With(type, Conditions.False, obstacle.Reason, obstacle.Message, restore.Metadata.Generation, now);
    }

    // A container that went on, ended, and is restored again, or no more.
    private static bool IsRestoredAgain(V1Alpha1ContainerRestore restore) =>
        restore.Status.Phase == RestorePhase.Ready && restore.Spec.OnContainerRestart == OnContainerRestart.RestoreAgain && !restore.Status.Conditions.IsTrue(ConditionTypes.Restored);

    private static bool IsUnstarted(V1Alpha1ContainerRestore restore) => restore.Status.Phase is null or RestorePhase.Pending;

    // The cache lags behind our own writes: a Pod that is not there may have been made for this restore, and deleted since.
    private async Task<bool> IsUnstartedAtServerAsync(V1Alpha1ContainerRestore restore, CancellationToken cancellationToken) =>
        await restores.GetAsync(NamespacedName.Of(restore), cancellationToken) is { } latest && latest.Metadata.Uid == restore.Metadata.Uid && IsUnstarted(latest);

    private static ReconciliationResult<V1Alpha1ContainerRestore> Success(V1Alpha1ContainerRestore restore, TimeSpan? requeueAfter = null) =>
        ReconciliationResult<V1Alpha1ContainerRestore>.Success(restore, requeueAfter);
}
