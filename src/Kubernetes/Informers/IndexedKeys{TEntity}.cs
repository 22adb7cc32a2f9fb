using CheckpointOperator.Kubernetes.Abstractions.Caching;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Informers;

/// <summary>The keys of a cache by what an index tells of their objects. For one thread at a time.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="index">The index.</param>
internal sealed class IndexedKeys<TEntity>(EntityIndex<TEntity> index)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Dictionary<string, HashSet<NamespacedName>> _keys = new(StringComparer.Ordinal);

    public NamespacedName[] Find(string value) => _keys.TryGetValue(value, out HashSet<NamespacedName>? keys) ? [.. keys] : [];

    /// <summary>Notes that an object took the place of another; null for none.</summary>
    public void Change(NamespacedName key, TEntity? before, TEntity? after)
    {
        string[] old = before is null ? [] : [.. index.ValuesOf(before)];
        string[] values = after is null ? [] : [.. index.ValuesOf(after)];
        foreach (string value in old.Except(values))
        {
            HashSet<NamespacedName> keys = _keys[value];
            keys.Remove(key);
            if (keys.Count == 0)
                _keys.Remove(value);
        }
        foreach (string value in values.Except(old))
        {
            if (!_keys.TryGetValue(value, out HashSet<NamespacedName>? keys))
                _keys[value] = keys = [];
            keys.Add(key);
        }
    }
}
