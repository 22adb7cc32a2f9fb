using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;

/// <summary>Brings the world to what an object says. Called with the object's current state, never twice at once for one object.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IEntityController<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Looks at an object and does the next thing. An object that is being deleted comes here once no finalizer of this process is left on it.</summary>
    /// <param name="entity">A copy of the object as the cache has it.</param>
    /// <param name="cancellationToken">Set when the process ends or loses its leadership.</param>
    Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>Told that an object is gone. Work that must not be missed belongs into a finalizer: a process that is not running is not told.</summary>
    /// <param name="entity">The last known state, which may be old.</param>
    /// <param name="cancellationToken">Set when the process ends or loses its leadership.</param>
    Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken);
}
