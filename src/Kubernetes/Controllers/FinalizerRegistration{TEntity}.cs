using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Controllers;

/// <summary>A finalizer of a kind; the implementation is the keyed service of that identifier.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Identifier">How it is written in metadata.finalizers.</param>
/// <param name="Implementation">Its type.</param>
internal sealed record FinalizerRegistration<TEntity>(string Identifier, Type Implementation)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>;
