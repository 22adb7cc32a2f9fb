using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Entities;

/// <summary>Which objects of a kind are listed and watched, by their labels.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public interface IEntityLabelSelector<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The selector, such as <c>checkpoint-operator.io/node=worker-1</c>; null for all. Asked for once, when the informer starts.</summary>
    /// <param name="cancellationToken">Ends the asking.</param>
    ValueTask<string?> GetLabelSelectorAsync(CancellationToken cancellationToken);
}
