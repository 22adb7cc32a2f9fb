using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Operator.Restores;

/// <summary>A restore's containers in its status: those to restore, whose results the agent writes, and the others.</summary>
internal static class RestoredContainers
{
    /// <summary>Names of the containers to restore.</summary>
    public static IEnumerable<string> RestoredNames(this V1Alpha1ContainerRestore restore) =>
        (restore.Status.Containers ?? []).Where(container => container.Checkpoint is not null).Select(container => container.Name);

    /// <summary>The containers of a Pod that is to be made, of which nothing is decided.</summary>
    public static IList<RestoreContainerStatus> Begin(IReadOnlyList<V1Alpha1ContainerCheckpoint> checkpoints) =>
    [
        .. checkpoints[0].Status.PodTemplate!.Spec.LastingContainers().Select(container => new RestoreContainerStatus
        {
            Name = container.Name,
            Checkpoint = checkpoints.FirstOrDefault(checkpoint => checkpoint.Status.Container!.Name == container.Name)?.Metadata.Name,
        }),
    ];

    /// <summary>Notes those that started from their images because they are not among those to restore.</summary>
    public static void NoteFresh(V1Alpha1ContainerRestore restore, V1Pod? pod)
    {
        foreach (RestoreContainerStatus container in restore.Status.Containers ?? [])
        {
            if (container is not { Checkpoint: null, Result: RestoreResult.Pending } || pod?.Metadata.Uid != restore.Status.PodUID)
                continue;
            V1ContainerStatus? status = pod?.ContainerStatus(container.Name);
            if (status?.State?.Running is not null || status?.State?.Terminated is not null || status?.LastState?.Terminated is not null)
                (container.Result, container.Reason) = (RestoreResult.StartedFresh, RestoreReasons.NotListed);
        }
    }
}
