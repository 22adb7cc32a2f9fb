using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Operator.Restores;

/// <summary>Decides whether a restore can begin, before anything is touched.</summary>
internal static class RestorePreflight
{
    /// <summary>What is wrong with the spec itself, for API servers that do not check it by the CRD's rules, and what this version does not serve.</summary>
    public static Obstacle? FindSpecError(V1Alpha1ContainerRestore restore) =>
        SpecValidation.Validate(restore) is { Count: > 0 } problems
            ? new(RestoreReasons.InvalidSpec, $"{string.Join(' ', problems)} Correct that in a new ContainerRestore.", IsFinal: true)
        : restore.Spec.Target != RestoreTarget.Pod
            ? new(RestoreReasons.NotSupported, $"spec.target {restore.Spec.Target} is not served by this version; use Pod, in a new ContainerRestore.", IsFinal: true)
        : null;

    /// <summary>What stands in the way at one of the checkpoints.</summary>
    public static Obstacle? FindCheckpointObstacle(V1Alpha1ContainerRestore restore, string checkpointName, V1Alpha1ContainerCheckpoint? checkpoint)
    {
        string name = $"{restore.Metadata.NamespaceProperty}/{checkpointName}";
        if (checkpoint is null)
            return new(RestoreReasons.CheckpointNotFound, $"There is no ContainerCheckpoint {name}. Create it, or name one of this namespace in a new ContainerRestore.");
        if (checkpoint.Metadata.DeletionTimestamp is not null)
            return new(RestoreReasons.CheckpointNotFound, $"ContainerCheckpoint {name} is being deleted, and its archive with it. Name another one in a new ContainerRestore.");
        if (checkpoint.Status.Phase == CheckpointPhase.Failed)
            return new(RestoreReasons.CheckpointFailed, $"ContainerCheckpoint {name} has failed: {checkpoint.Status.Message ?? "no message"} Take a new checkpoint, under the same name or for a new ContainerRestore.");
        if (checkpoint.Status.Phase != CheckpointPhase.Ready)
            return new(RestoreReasons.CheckpointNotReady, $"ContainerCheckpoint {name} is {checkpoint.Status.Phase ?? CheckpointPhase.Pending}, expected Ready. The restore starts as soon as it is.");

        if (checkpoint.Status.Conditions.Find(ConditionTypes.ArchiveVerified) is { Status: Conditions.False } lost)
            return new(lost.Reason, $"ContainerCheckpoint {name} cannot be restored: {lost.Message}");

        return FindIncompleteness(checkpoint.Status) is { } what
            ? new(RestoreReasons.InvalidSpec, $"ContainerCheckpoint {name} is Ready, but its status lacks {what}. Take a new checkpoint, and name it in a new ContainerRestore.", IsFinal: true)
            : RestoreTemplateRules.FindRefusal(restore.Spec.Template, checkpoint.Status.PodTemplate!) is { } refusal
                ? new(RestoreReasons.InvalidSpec, refusal, IsFinal: true)
                : FindUserNamespace(name, checkpoint.Status.PodTemplate!);
    }

    /// <summary>What stands in the way at the node that holds the archive.</summary>
    public static Obstacle? FindNodeObstacle(V1Alpha1ContainerCheckpoint checkpoint, V1Alpha1CheckpointNode? node, Ages ages)
    {
        if (node is null)
        {
            return new(RestoreReasons.NodeNotFound, $"Node {checkpoint.Status.NodeName} holds the archive of ContainerCheckpoint {checkpoint.Metadata.NamespaceProperty}/"
                + $"{checkpoint.Metadata.Name}, and there is no CheckpointNode of that name. Bring the node back, and let the agent's DaemonSet run there.");
        }

        string name = $"ContainerCheckpoint {checkpoint.Metadata.NamespaceProperty}/{checkpoint.Metadata.Name}";
        if (NodeCapability.WhyItCannotRestore(node, ages) is { } why)
            return new(RestoreReasons.NodeCannotRestore, $"{name} cannot be restored yet: {why}");

        return HostComparison.Find(checkpoint.Status, node) is [{ } first, ..] all
            ? new(first.Reason, $"{name} cannot be restored on node {node.Metadata.Name}: {string.Join(" Besides, ", all.Select(difference => difference.Message))}")
            : null;
    }

    /// <summary>What stands in the way of restoring these checkpoints into one Pod.</summary>
    public static Obstacle? FindDisagreement(V1Alpha1ContainerRestore restore, IReadOnlyList<V1Alpha1ContainerCheckpoint> checkpoints)
    {
        V1Alpha1ContainerCheckpoint first = checkpoints[0];
        foreach ((RestoreContainer asked, V1Alpha1ContainerCheckpoint checkpoint) in (restore.Spec.Containers ?? []).Zip(checkpoints))
        {
            if (checkpoint.Status.Container!.Name != asked.Name)
            {
                return new(RestoreReasons.InvalidSpec, $"spec.containers restores container {asked.Name} from ContainerCheckpoint {asked.Checkpoint}, which is of container {checkpoint.Status.Container.Name}. "
                    + "Name a checkpoint of that container in a new ContainerRestore.", IsFinal: true);
            }

            if (checkpoint.Status.NodeName != first.Status.NodeName)
            {
                return new(RestoreReasons.NodesDiffer, $"The archive of ContainerCheckpoint {asked.Checkpoint} is on node {checkpoint.Status.NodeName}, and that of {first.Metadata.Name} on node {first.Status.NodeName}: "
                    + "one Pod is on one node. Name checkpoints whose archives are on the same node in a new ContainerRestore.", IsFinal: true);
            }

            if (PodSpecComparison.FindDifference(first, checkpoint, [.. restore.Spec.Containers!.Select(container => container.Name)]) is { } part)
            {
                return new(RestoreReasons.PodSpecsDiffer, $"ContainerCheckpoints {first.Metadata.Name} and {asked.Checkpoint} were taken of Pods that differ in {part}: one Pod cannot be both. "
                    + "Name checkpoints of the same Pod, or of Pods with equal specs, in a new ContainerRestore.", IsFinal: true);
            }
        }

        return null;
    }

    /// <summary>What stands in the way at the volumes of the Pod that would be made.</summary>
    public static Obstacle? FindVolumeObstacle(V1Alpha1ContainerRestore restore, V1Alpha1ContainerCheckpoint checkpoint) =>
        VolumeComparison.Find(checkpoint.Status.PodTemplate!.Spec, checkpoint.Status.Container!.Name!, restore.Spec.Template?.Spec);

    /// <summary>What stands in the way at the Pod's name.</summary>
    public static Obstacle? FindNameObstacle(V1Alpha1ContainerRestore restore, V1Pod? pod) =>
        pod is null || pod.IsOwnedBy(restore)
            ? null
            : new(RestoreReasons.PodNameTaken, $"Pod {restore.Metadata.NamespaceProperty}/{pod.Metadata.Name} exists and is not this restore's. "
                + "Delete it, and the restore goes on, or set another spec.podName in a new ContainerRestore.");

    /// <summary>What the condition says when nothing stands in the way.</summary>
    public static string DescribePassed(IReadOnlyList<V1Alpha1ContainerCheckpoint> checkpoints)
    {
        string nodeName = checkpoints[0].Status.NodeName!;
        if (checkpoints.Count == 1)
            return $"Node {nodeName} holds the archive of ContainerCheckpoint {checkpoints[0].Metadata.Name} and can restore it.";
        TimeSpan? apart = checkpoints.Max(checkpoint => checkpoint.Status.CompletionTime) - checkpoints.Min(checkpoint => checkpoint.Status.CompletionTime);
        return $"Node {nodeName} holds the archives of ContainerCheckpoints {string.Join(", ", checkpoints.Select(checkpoint => checkpoint.Metadata.Name))} and can restore them. "
            + $"They were taken {apart?.TotalSeconds ?? 0:0} s apart: what their containers share is as the latest has it.";
    }

    // CRIU makes the user namespace anew, and in it may not enter the network that belongs to the Pod's own ("Can't setns net: Operation not permitted").
    private static Obstacle? FindUserNamespace(string name, V1PodTemplateSpec checkpointed) => checkpointed.Spec.HostUsers is false
        ? new(RestoreReasons.NotSupported, $"ContainerCheckpoint {name} is of a Pod with hostUsers: false, and CRIU cannot restore into a Pod's user namespace. "
            + "Run the Pod with the node's users, and take a new checkpoint.", IsFinal: true)
        : null;

    private static string? FindIncompleteness(ContainerCheckpointStatus status) =>
        string.IsNullOrEmpty(status.NodeName) ? "nodeName"
        : string.IsNullOrEmpty(status.Container?.Name) ? "container.name"
        : string.IsNullOrEmpty(status.Archive?.Digest) ? "archive.digest"
        : status.PodTemplate?.Spec is not { Containers: not null } spec ? "podTemplate"
        : spec.LastingContainers().Any(container => container.Name == status.Container.Name) ? null
        : $"the container {status.Container.Name} in its podTemplate";
}
