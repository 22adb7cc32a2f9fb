using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Finalizer;

/// <summary>Puts a finalizer on an object, before the side effects that it cleans up. Does nothing if it is there.</summary>
/// <typeparam name="TImplementation">The finalizer.</typeparam>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="entity">The object.</param>
/// <param name="cancellationToken">Ends the request.</param>
/// <returns>The object as the server has it now.</returns>
public delegate Task<TEntity> EntityFinalizerAttacher<TImplementation, TEntity>(TEntity entity, CancellationToken cancellationToken = default)
    where TImplementation : IEntityFinalizer<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>;
