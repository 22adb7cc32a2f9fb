using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Finalizer;

/// <summary>Cleans up before an object may go.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IEntityFinalizer<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Cleans up. On success the finalizer is taken off the object; on failure it is tried again.</summary>
    /// <param name="entity">A copy of the object as the cache has it, with its deletionTimestamp.</param>
    /// <param name="cancellationToken">Set when the process ends or loses its leadership.</param>
    Task<ReconciliationResult<TEntity>> FinalizeAsync(TEntity entity, CancellationToken cancellationToken);
}
