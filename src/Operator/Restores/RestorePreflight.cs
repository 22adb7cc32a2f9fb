using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Operator.Restores;

/// <summary>Decides whether a restore can begin, before anything is touched.</summary>
internal static class RestorePreflight
{
    /// <summary>What is wrong with the spec itself, for API servers that do not check it by the CRD's rules, and what this version does not serve.</summary>
    public static Obstacle? FindSpecError(V1Alpha1ContainerRestore restore) =>
        SpecValidation.Validate(restore) is { Count: > 0 } problems
            ? new("InvalidSpec", $"{string.Join(' ', problems)} Correct that in a new ContainerRestore.", IsFinal: true)
        : restore.Spec.Target != RestoreTarget.Pod
            ? new("NotSupported", $"spec.target {restore.Spec.Target} is not served by this version; use Pod, in a new ContainerRestore.", IsFinal: true)
        : null;

    /// <summary>What stands in the way at the checkpoint.</summary>
    public static Obstacle? FindCheckpointObstacle(V1Alpha1ContainerRestore restore, V1Alpha1ContainerCheckpoint? checkpoint)
    {
        string name = $"{restore.Metadata.NamespaceProperty}/{restore.Spec.Checkpoint}";
        if (checkpoint is null)
            return new("CheckpointNotFound", $"There is no ContainerCheckpoint {name}. Create it, or name one of this namespace in a new ContainerRestore.");
        if (checkpoint.Metadata.DeletionTimestamp is not null)
            return new("CheckpointNotFound", $"ContainerCheckpoint {name} is being deleted, and its archive with it. Name another one in a new ContainerRestore.");
        if (checkpoint.Status.Phase == CheckpointPhase.Failed)
            return new("CheckpointFailed", $"ContainerCheckpoint {name} has failed: {checkpoint.Status.Message ?? "no message"} Take a new checkpoint, under the same name or for a new ContainerRestore.");
        if (checkpoint.Status.Phase != CheckpointPhase.Ready)
            return new("CheckpointNotReady", $"ContainerCheckpoint {name} is {checkpoint.Status.Phase ?? CheckpointPhase.Pending}, expected Ready. The restore starts as soon as it is.");

        return FindIncompleteness(checkpoint.Status) is { } what
            ? new("InvalidSpec", $"ContainerCheckpoint {name} is Ready, but its status lacks {what}. Take a new checkpoint, and name it in a new ContainerRestore.", IsFinal: true)
            : RestoreTemplateRules.FindRefusal(restore.Spec.Template, checkpoint.Status.PodTemplate!) is { } refusal
                ? new("InvalidSpec", refusal, IsFinal: true)
                : null;
    }

    /// <summary>What stands in the way at the node that holds the archive.</summary>
    public static Obstacle? FindNodeObstacle(V1Alpha1ContainerCheckpoint checkpoint, V1Alpha1CheckpointNode? node, DateTimeOffset now)
    {
        if (node is null)
        {
            return new("NodeNotFound", $"Node {checkpoint.Status.NodeName} holds the archive of ContainerCheckpoint {checkpoint.Metadata.NamespaceProperty}/"
                + $"{checkpoint.Metadata.Name}, and there is no CheckpointNode of that name. Bring the node back, and let the agent's DaemonSet run there.");
        }

        string name = $"ContainerCheckpoint {checkpoint.Metadata.NamespaceProperty}/{checkpoint.Metadata.Name}";
        if (NodeCapability.WhyItCannotRestore(node, now) is { } why)
            return new("NodeCannotRestore", $"{name} cannot be restored yet: {why}");

        return HostComparison.Find(checkpoint.Status, node) is [{ } first, ..] all
            ? new(first.Reason, $"{name} cannot be restored on node {node.Metadata.Name}: {string.Join(" Besides, ", all.Select(difference => difference.Message))}")
            : null;
    }

    /// <summary>What stands in the way at the volumes of the Pod that would be made.</summary>
    public static Obstacle? FindVolumeObstacle(V1Alpha1ContainerRestore restore, V1Alpha1ContainerCheckpoint checkpoint) =>
        VolumeComparison.Find(checkpoint.Status.PodTemplate!.Spec, checkpoint.Status.Container!.Name!, restore.Spec.Template?.Spec);

    /// <summary>What stands in the way at the Pod's name.</summary>
    public static Obstacle? FindNameObstacle(V1Alpha1ContainerRestore restore, V1Pod? pod) =>
        pod is null || pod.IsOwnedBy(restore)
            ? null
            : new("PodNameTaken", $"Pod {restore.Metadata.NamespaceProperty}/{pod.Metadata.Name} exists and is not this restore's. "
                + "Delete it, and the restore goes on, or set another spec.podName in a new ContainerRestore.");

    private static string? FindIncompleteness(ContainerCheckpointStatus status) =>
        string.IsNullOrEmpty(status.NodeName) ? "nodeName"
        : string.IsNullOrEmpty(status.Container?.Name) ? "container.name"
        : string.IsNullOrEmpty(status.Archive?.Digest) ? "archive.digest"
        : status.PodTemplate?.Spec?.Containers is not { } containers ? "podTemplate"
        : containers.Any(container => container.Name == status.Container.Name) ? null
        : $"the container {status.Container.Name} in its podTemplate";
}
