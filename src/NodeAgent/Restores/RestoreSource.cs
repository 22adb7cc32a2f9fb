using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>A container that a Pod has restored, and what from.</summary>
/// <param name="Container">The container's name.</param>
/// <param name="Checkpoint">Its checkpoint, which is Ready and on this node.</param>
internal sealed record RestoreSource(string Container, V1Alpha1ContainerCheckpoint Checkpoint);
