using CheckpointOperator.Kubernetes.Api.V1Alpha1;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>A restore that the API server's objects allow.</summary>
/// <param name="Restore">The ContainerRestore.</param>
/// <param name="Checkpoint">Its checkpoint, which is Ready and on this node.</param>
/// <param name="Pod">The Pod to restore into.</param>
/// <param name="Container">The container's name.</param>
/// <param name="Again">The container was restored before, ended, and is to be restored again.</param>
internal sealed record AuthorizedRestore(
    V1Alpha1ContainerRestore Restore, V1Alpha1ContainerCheckpoint Checkpoint, V1Pod Pod, string Container, bool Again);
