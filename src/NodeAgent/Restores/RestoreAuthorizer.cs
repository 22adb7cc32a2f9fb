using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Containers;

using k8s.Models;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>
/// Decides whether a container may be restored. The annotation that asks for it is only a hint, as whoever makes Pods may write one: what counts is a
/// ContainerRestore in the Pod's namespace that names this very Pod, by UID, and this container.
/// </summary>
/// <param name="cache">The ContainerRestores of this node.</param>
/// <param name="restores">Reads them anew.</param>
/// <param name="checkpoints">Reads their checkpoints.</param>
/// <param name="pods">Reads the Pod.</param>
/// <param name="options">The node's name and the attempts.</param>
/// <param name="time">The clock.</param>
internal sealed class RestoreAuthorizer(
    IEntityCache<V1Alpha1ContainerRestore> cache,
    ResourceClient<V1Alpha1ContainerRestore> restores,
    ResourceClient<V1Alpha1ContainerCheckpoint> checkpoints,
    ResourceClient<V1Pod> pods,
    IOptions<AgentOptions> options,
    TimeProvider time)
{
    // The kubelet may be faster than the operator, which writes the Pod's UID after it made the Pod, and than the watch.
    private static readonly TimeSpan StatusDelay = TimeSpan.FromSeconds(20);

    /// <summary>Decides.</summary>
    /// <param name="created">The container, as its engine made it.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="RestoreRefusedException">It is neither restored nor created.</exception>
    public async Task<RestoreDecision> DecideAsync(RunningContainer created, CancellationToken cancellationToken)
    {
        (OciSpec spec, EngineAnnotations names) = (created.Spec, EngineAnnotations.Of(created.Id));
        string podNamespace = Required(spec, names.Namespace);
        string podName = Required(spec, names.PodName);
        string podUid = Required(spec, names.PodUid);
        string container = Required(spec, names.ContainerName);
        string name = Required(spec, ApiGroup.RestoreAnnotationPrefix + container);

        V1Alpha1ContainerRestore restore = await FindAsync(new NamespacedName(podNamespace, name), podUid, cancellationToken);
        Require(restore, podUid);
        RestoreContainerStatus asked = restore.Status.Containers?.FirstOrDefault(candidate => candidate.Name == container && candidate.Checkpoint is not null)
            ?? throw NotAuthorized($"ContainerRestore {name} does not restore container {container}");
        V1Pod? pod = await pods.GetAsync(new NamespacedName(podNamespace, podName), cancellationToken);
        if (pod is null || pod.Metadata.Uid != podUid)
            throw NotAuthorized($"Pod {podNamespace}/{podName} with UID {podUid} is gone");
        bool again = asked.RestoredTime is not null;
        if (again && restore.Spec.OnContainerRestart == OnContainerRestart.StartFresh && HasRun(restore, pod, asked))
            return new RestoreDecision(restore, container, null);
        RequireAttempts(restore, asked);

        RestoreSource[] sources = await SourcesAsync(restore, again ? [asked] : restore.Status.Containers!.Where(other => other.Checkpoint is not null), cancellationToken);
        return new RestoreDecision(restore, container, new AuthorizedRestore(
            restore, sources.Single(source => source.Container == container), [.. sources.Where(source => source.Container != container)], pod, again));
    }

    // An engine or a kubelet that is started again may give up what was restored before it counts as started: nobody has had that process.
    internal static bool HasRun(V1Alpha1ContainerRestore restore, V1Pod pod, RestoreContainerStatus container)
    {
        if (restore.Status.Phase == RestorePhase.Ready)
            return true;
        V1ContainerStatus? status = pod.Status?.ContainerStatuses?.FirstOrDefault(candidate => candidate.Name == container.Name);
        return (status?.State?.Running is not null && status.ContainerID == container.ContainerID)
            || new[] { status?.State?.Terminated, status?.LastState?.Terminated }.Any(
                // containerd gives one that never started the beginning of time.
                ended => ended is not null && ended.ContainerID == container.ContainerID && ended.StartedAt > DateTime.UnixEpoch);
    }

    private async Task<V1Alpha1ContainerRestore> FindAsync(NamespacedName key, string podUid, CancellationToken cancellationToken)
    {
        try
        {
            await cache.WaitForAsync(key, restore => restore?.Status.PodUID is not null, StatusDelay, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The fresh read decides, and says what is missing.
        }
        return await restores.GetAsync(key, cancellationToken)
            ?? throw NotAuthorized($"the Pod's annotation names ContainerRestore {key}, which does not exist: make one instead of annotating Pods by hand (Pod UID {podUid})");
    }

    private void RequireAttempts(V1Alpha1ContainerRestore restore, RestoreContainerStatus container)
    {
        int bound = options.Value.RestoreAttempts;
        if (RestoreStatus.AttemptsOf(container, time.GetUtcNow()) is var attempts && attempts < bound)
            return;
        // Told once on the object; the kubelet goes on asking, and tells it on the Pod each time.
        bool told = container.Result == RestoreResult.Failed;
        throw new RestoreRefusedException(
            RestoreRefusedException.AttemptsUsedUp,
            told ? container.Message ?? $"{attempts} attempts are used up"
            : container.RestoredTime is null ? $"{attempts} restores were begun and none was proven: make a new ContainerRestore once the cause is corrected"
            : $"it ended again after {attempts} restores, of which the last did not go on for {RestoreStatus.LastingTime.TotalMinutes} minutes, and {bound} are allowed (the agent's setting RestoreAttempts): "
                + "see why it ends (kubectl logs --previous)",
            told ? null : restore,
            container.Name);
    }

    private void Require(V1Alpha1ContainerRestore restore, string podUid)
    {
        string name = restore.Metadata.Name;
        if (restore.Metadata.DeletionTimestamp is not null)
            throw NotAuthorized($"ContainerRestore {name} is being deleted");
        if (restore.Status.NodeName != options.Value.NodeName)
            throw NotAuthorized($"ContainerRestore {name} belongs to node {restore.Status.NodeName ?? "(none yet)"}, not to {options.Value.NodeName}");
        if (restore.Status.PodUID != podUid)
            throw NotAuthorized($"ContainerRestore {name} restores into the Pod with UID {restore.Status.PodUID ?? "(none yet)"}, and this one is {podUid}: an annotation alone restores nothing");
        if (restore.Status.Phase == RestorePhase.Failed)
            throw new RestoreRefusedException(RestoreRefusedException.AttemptsUsedUp, $"ContainerRestore {name} has failed: {restore.Status.Message}");
    }

    // All of them before the first is restored: a Pod of which one container could not be restored anyway is not begun.
    private async Task<RestoreSource[]> SourcesAsync(V1Alpha1ContainerRestore restore, IEnumerable<RestoreContainerStatus> containers, CancellationToken cancellationToken)
    {
        List<RestoreSource> sources = [];
        foreach (RestoreContainerStatus container in containers)
            sources.Add(new RestoreSource(container.Name, await CheckpointAsync(restore, container, cancellationToken)));
        return [.. sources];
    }

    private async Task<V1Alpha1ContainerCheckpoint> CheckpointAsync(V1Alpha1ContainerRestore restore, RestoreContainerStatus container, CancellationToken cancellationToken)
    {
        var key = new NamespacedName(restore.Metadata.NamespaceProperty, container.Checkpoint!);
        V1Alpha1ContainerCheckpoint checkpoint = await checkpoints.GetAsync(key, cancellationToken)
            ?? throw new RestoreRefusedException(RestoreRefusedException.CheckpointNotFound, $"ContainerCheckpoint {key} does not exist any more", restore, container.Name);
        if (checkpoint.Status.Phase != CheckpointPhase.Ready || checkpoint.Status.Archive?.Digest is null)
            throw new RestoreRefusedException(RestoreRefusedException.CheckpointNotReady, $"ContainerCheckpoint {key} is {checkpoint.Status.Phase?.ToString() ?? "new"}, not Ready", restore, container.Name);
        if (checkpoint.Status.NodeName != options.Value.NodeName)
            throw NotAuthorized($"the archive of ContainerCheckpoint {key} is on node {checkpoint.Status.NodeName}, not on {options.Value.NodeName}");
        return checkpoint;
    }

    private static string Required(OciSpec spec, string annotation) =>
        spec.Annotation(annotation) is { Length: > 0 } value
            ? value
            : throw NotAuthorized($"the container's configuration has no annotation {annotation}: the agent works with CRI-O, and with containerd 1.6 and later, whose handler passes {ApiGroup.RestoreAnnotationPrefix}*");

    private static RestoreRefusedException NotAuthorized(string message) => new(RestoreRefusedException.NotAuthorized, message);
}
