using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Queue;

/// <summary>Asks for a reconcile of an object from anywhere in the process.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="entity">The object; only its key is kept.</param>
/// <param name="type">What happened.</param>
/// <param name="reconciliationTriggerSource">Who asks.</param>
/// <param name="queueIn">How long to wait. An earlier time that is already set wins.</param>
/// <param name="retryCount">Kept for KubeOps' shape; the queue counts failures by itself.</param>
/// <param name="cancellationToken">Not used: queueing never waits.</param>
/// <returns>Whether it was queued; false once the process is ending.</returns>
public delegate Task<bool> EntityQueue<in TEntity>(
    TEntity entity,
    ReconciliationType type,
    ReconciliationTriggerSource reconciliationTriggerSource,
    TimeSpan queueIn,
    int retryCount,
    CancellationToken cancellationToken)
    where TEntity : IKubernetesObject<V1ObjectMeta>;
