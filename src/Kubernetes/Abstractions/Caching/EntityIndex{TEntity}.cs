using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Caching;

/// <summary>A way to find objects in a cache without looking at all of them: client-go's indexer. A cache keeps it up from the first question on.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="valuesOf">What an object is found by; nothing for one that is not to be found. Asked with the cached object, which it must not change.</param>
public sealed class EntityIndex<TEntity>(Func<TEntity, IEnumerable<string>> valuesOf)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>What an object is found by.</summary>
    /// <param name="entity">The object.</param>
    public IEnumerable<string> ValuesOf(TEntity entity) => valuesOf(entity);
}
