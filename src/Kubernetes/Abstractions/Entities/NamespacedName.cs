using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Entities;

/// <summary>The key of an object among those of its kind.</summary>
/// <param name="Namespace">The namespace; null for a cluster-scoped object.</param>
/// <param name="Name">The name.</param>
public readonly record struct NamespacedName(string? Namespace, string Name)
{
    /// <summary>The key of an object.</summary>
    /// <param name="entity">The object.</param>
    public static NamespacedName Of(IKubernetesObject<V1ObjectMeta> entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return new NamespacedName(string.IsNullOrEmpty(entity.Metadata?.NamespaceProperty) ? null : entity.Metadata.NamespaceProperty, entity.Metadata?.Name ?? string.Empty);
    }

    /// <summary><c>namespace/name</c>, or the name alone.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
