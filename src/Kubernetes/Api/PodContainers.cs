using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api;

/// <summary>The containers of a Pod that run as long as it does: its native sidecars (init containers with restartPolicy Always, from Kubernetes 1.29 on), then the ordinary ones, as the kubelet starts them.</summary>
public static class PodContainers
{
    private const string Always = "Always";

    /// <summary>The containers.</summary>
    /// <param name="spec">The Pod's spec.</param>
    public static IReadOnlyList<V1Container> LastingContainers(this V1PodSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return [.. (spec.InitContainers ?? []).Where(container => container.RestartPolicy == Always), .. spec.Containers ?? []];
    }

    /// <summary>The status of one of its containers, of any kind; null where the kubelet has written none.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="name">The container's name.</param>
    public static V1ContainerStatus? ContainerStatus(this V1Pod pod, string name)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? []).FirstOrDefault(status => status.Name == name);
    }
}
