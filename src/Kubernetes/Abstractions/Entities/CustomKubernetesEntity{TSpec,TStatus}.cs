namespace CheckpointOperator.Kubernetes.Abstractions.Entities;

/// <summary>A custom resource with a spec and a status subresource. Mirrors KubeOps' class of the same name.</summary>
/// <typeparam name="TSpec">What the user wants.</typeparam>
/// <typeparam name="TStatus">What the controllers saw.</typeparam>
public abstract class CustomKubernetesEntity<TSpec, TStatus> : CustomKubernetesEntity
    where TSpec : new()
    where TStatus : new()
{
    /// <summary>What the user wants.</summary>
    public TSpec Spec { get; set; } = new();

    /// <summary>What the controllers saw.</summary>
    public TStatus Status { get; set; } = new();
}
