using CheckpointOperator.Kubernetes.Api.V1Alpha1;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>A restore that the API server's objects allow.</summary>
/// <param name="Restore">The ContainerRestore.</param>
/// <param name="Source">The container, and its checkpoint.</param>
/// <param name="Others">The Pod's other containers that are restored with it; none where the container is restored again.</param>
/// <param name="Pod">The Pod to restore into.</param>
/// <param name="Again">The container was restored before, ended, and is to be restored again.</param>
internal sealed record AuthorizedRestore(
    V1Alpha1ContainerRestore Restore, RestoreSource Source, IReadOnlyList<RestoreSource> Others, V1Pod Pod, bool Again)
{
    /// <summary>The container's name.</summary>
    public string Container => Source.Container;

    /// <summary>Its checkpoint.</summary>
    public V1Alpha1ContainerCheckpoint Checkpoint => Source.Checkpoint;
}
