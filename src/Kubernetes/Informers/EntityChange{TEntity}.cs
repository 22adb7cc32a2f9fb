using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Informers;

/// <summary>What happened to a cached object. The objects are the cache's own: they must not be changed.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Type">What happened.</param>
/// <param name="Key">The object's key.</param>
/// <param name="Entity">The object; of a deleted one the last known state.</param>
/// <param name="Previous">The state before, of a modified one.</param>
public sealed record EntityChange<TEntity>(ReconciliationType Type, NamespacedName Key, TEntity Entity, TEntity? Previous = null)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>;
