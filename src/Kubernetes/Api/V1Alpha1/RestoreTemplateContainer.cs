using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>Resources of one container of a restored Pod.</summary>
public sealed class RestoreTemplateContainer
{
    /// <summary>Name of a container of the checkpointed Pod.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Replaces its requests and limits.</summary>
    public V1ResourceRequirements? Resources { get; set; }
}
