using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Operator.Checkpoints;

/// <summary>Decides whether a checkpoint can be given to a node, from what it names and what is there.</summary>
internal static class CheckpointPreflight
{
    /// <summary>What is wrong with the spec itself, for API servers that do not check it by the CRD's rules.</summary>
    public static Obstacle? FindSpecError(V1Alpha1ContainerCheckpoint checkpoint) =>
        SpecValidation.Validate(checkpoint) is { Count: > 0 } problems
            ? new(CheckpointReasons.InvalidSpec, $"{string.Join(' ', problems)} Correct that in a new ContainerCheckpoint.", IsFinal: true)
            : null;

    /// <summary>What stands in the way at the Pod and its container; when nothing does, the container's status.</summary>
    public static Obstacle? FindContainer(V1Alpha1ContainerCheckpoint checkpoint, V1Pod? pod, out V1ContainerStatus? container)
    {
        container = null;
        string podName = $"{checkpoint.Metadata.NamespaceProperty}/{checkpoint.Spec.Pod}";
        if (pod is null)
            return new(CheckpointReasons.PodNotFound, $"There is no Pod {podName}. Create it, or name a Pod of this namespace in a new ContainerCheckpoint.");
        if (pod.Metadata.DeletionTimestamp is not null)
            return new(CheckpointReasons.PodNotRunning, $"Pod {podName} is being deleted. A Pod must be Running to be checkpointed.");
        if (pod.Status?.Phase != "Running")
            return new(CheckpointReasons.PodNotRunning, $"Pod {podName} is {pod.Status?.Phase ?? "not started"}, expected Running. The checkpoint starts as soon as it runs.");

        IReadOnlyList<V1Container> containers = pod.Spec.LastingContainers();
        string names = string.Join(", ", containers.Select(other => other.Name));
        string? name = string.IsNullOrEmpty(checkpoint.Spec.Container) ? null : checkpoint.Spec.Container;
        if (name is null && pod.Spec.Containers.Count > 1)
            return new(CheckpointReasons.ContainerRequired, $"Pod {podName} has the containers {names}. Name one of them in spec.container of a new ContainerCheckpoint.");

        name ??= pod.Spec.Containers[0].Name;
        if (!containers.Any(other => other.Name == name))
            return new(CheckpointReasons.ContainerNotFound, $"Pod {podName} has no container {name}; it has {names}. Name one of them in spec.container of a new ContainerCheckpoint.");

        V1ContainerStatus? status = pod.ContainerStatus(name);
        if (status?.State?.Running is null)
            return new(CheckpointReasons.ContainerNotRunning, $"Container {name} of Pod {podName} is {Describe(status?.State)}, expected running. The checkpoint starts as soon as it runs.");

        container = status;
        return null;
    }

    /// <summary>What stands in the way at the Pod's node.</summary>
    public static Obstacle? FindNodeObstacle(V1Alpha1ContainerCheckpoint checkpoint, V1Pod pod, V1Alpha1CheckpointNode? node, Ages ages)
    {
        string? why = node is null
            ? $"no agent has reported from node {pod.Spec.NodeName}: there is no CheckpointNode of that name. Let the agent's DaemonSet run there."
            : NodeCapability.WhyItCannotCheckpoint(node, checkpoint.Spec.Engine, ages);
        return why is null ? null : new(CheckpointReasons.NodeCannotCheckpoint, $"Pod {checkpoint.Metadata.NamespaceProperty}/{checkpoint.Spec.Pod} cannot be checkpointed: {why}");
    }

    private static string Describe(V1ContainerState? state) =>
        state?.Waiting is { } waiting ? $"waiting ({waiting.Reason ?? "no reason given"})"
        : state?.Terminated is { } terminated ? $"terminated ({terminated.Reason ?? "no reason given"}, exit code {terminated.ExitCode})"
        : "not started";
}
