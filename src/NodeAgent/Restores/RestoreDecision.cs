using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>What becomes of a container that asks to be restored.</summary>
/// <param name="Restore">The ContainerRestore that knows it.</param>
/// <param name="Container">The container's name.</param>
/// <param name="Authorized">Its restore; null where it is created from its image, because it was restored before and ended.</param>
internal sealed record RestoreDecision(V1Alpha1ContainerRestore Restore, string Container, AuthorizedRestore? Authorized);
