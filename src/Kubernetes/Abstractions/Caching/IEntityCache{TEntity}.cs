using CheckpointOperator.Kubernetes.Abstractions.Entities;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Caching;

/// <summary>The objects of a kind, as the last list and the watch since then have them. Hands out copies.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IEntityCache<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Whether the first list is complete.</summary>
    bool HasSynced { get; }

    /// <summary>Waits for the first list.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task WaitForSyncAsync(CancellationToken cancellationToken);

    /// <summary>A copy of the object with a key, or null.</summary>
    /// <param name="key">The key.</param>
    TEntity? Get(NamespacedName key);

    /// <summary>Copies of the objects that a predicate holds for.</summary>
    /// <param name="where">Asked with the cached object, which it must not change. Null for all.</param>
    IReadOnlyList<TEntity> List(Func<TEntity, bool>? where = null);

    /// <summary>Keys of the objects that a predicate holds for; copies nothing.</summary>
    /// <param name="where">Asked with the cached object, which it must not change.</param>
    IReadOnlyList<NamespacedName> Keys(Func<TEntity, bool> where);

    /// <summary>Keys of the objects that an index finds by a value, however many others there are.</summary>
    /// <param name="index">The index: always the same instance.</param>
    /// <param name="value">The value.</param>
    IReadOnlyList<NamespacedName> Keys(EntityIndex<TEntity> index, string value);

    /// <summary>Waits until a predicate holds for the object with a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="predicate">Asked with the cached object, or null where there is none; it must not change the object.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A copy of the object that satisfied it, or null if the predicate held for none.</returns>
    /// <exception cref="TimeoutException">The limit passed first.</exception>
    Task<TEntity?> WaitForAsync(NamespacedName key, Func<TEntity?, bool> predicate, TimeSpan limit, CancellationToken cancellationToken);
}
