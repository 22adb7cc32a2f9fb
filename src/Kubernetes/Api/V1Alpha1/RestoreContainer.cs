namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>One container to restore.</summary>
public sealed class RestoreContainer
{
    /// <summary>The container's name in the Pod: the one that was checkpointed.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Name of its ContainerCheckpoint in the same namespace.</summary>
    public string Checkpoint { get; set; } = string.Empty;
}
