using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Entities;

/// <summary>A custom resource: type and metadata. Mirrors KubeOps' class of the same name.</summary>
public abstract class CustomKubernetesEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Group and version, such as <c>checkpoint-operator.io/v1alpha1</c>.</summary>
    public string ApiVersion { get; set; } = string.Empty;

    /// <summary>The kind, such as <c>ContainerCheckpoint</c>.</summary>
    public string Kind { get; set; } = string.Empty;

    /// <summary>Name, namespace, labels, finalizers and the rest of what the API server keeps for every object.</summary>
    public V1ObjectMeta Metadata { get; set; } = new();
}
