using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>One event of a watch.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Type">What it says.</param>
/// <param name="Entity">The object; of a bookmark it has only its resourceVersion.</param>
public readonly record struct WatchEvent<TEntity>(WatchEventType Type, TEntity Entity)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>;
