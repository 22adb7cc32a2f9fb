using CheckpointOperator.Kubernetes.Abstractions.Entities;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Queue;

/// <summary>Asks for a reconcile of the object with a key, from anywhere in the process.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="key">The object's key.</param>
/// <param name="queueIn">How long to wait. An earlier time that is already set wins.</param>
/// <returns>Whether it was queued; false once the process is ending.</returns>
public delegate bool EntityKeyQueue<TEntity>(NamespacedName key, TimeSpan queueIn = default)
    where TEntity : IKubernetesObject<V1ObjectMeta>;
