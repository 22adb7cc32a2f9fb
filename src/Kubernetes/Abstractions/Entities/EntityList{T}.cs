using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Entities;

/// <summary>A page of objects of one kind, as the API server's list answers it.</summary>
/// <typeparam name="T">The kind.</typeparam>
public sealed class EntityList<T> : IKubernetesObject<V1ListMeta>, IItems<T>
    where T : IKubernetesObject
{
    /// <inheritdoc />
    public string ApiVersion { get; set; } = string.Empty;

    /// <inheritdoc />
    public string Kind { get; set; } = string.Empty;

    /// <inheritdoc />
    public V1ListMeta Metadata { get; set; } = new();

    /// <inheritdoc />
    public IList<T> Items { get; set; } = [];
}
