using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Informers;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Controllers;

/// <summary>Which changes ask for a reconcile.</summary>
internal static class ChangeFilter
{
    public static bool AsksForReconcile<TEntity>(ReconcileStrategy strategy, EntityChange<TEntity> change)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        if (strategy == ReconcileStrategy.ByResourceVersion || change.Type != ReconciliationType.Modified || change.Previous is null)
            return true;
        V1ObjectMeta before = change.Previous.Metadata;
        V1ObjectMeta after = change.Entity.Metadata;
        // Kinds without a generation, such as Pods before 1.33, tell nothing by it.
        return after.Generation is null
            || before.Generation != after.Generation
            || before.DeletionTimestamp != after.DeletionTimestamp
            || !Same(before.Finalizers, after.Finalizers)
            || !Same(before.Labels, after.Labels)
            || !Same(before.Annotations, after.Annotations);
    }

    private static bool Same(IList<string>? one, IList<string>? other) => (one ?? []).SequenceEqual(other ?? []);

    private static bool Same(IDictionary<string, string>? one, IDictionary<string, string>? other)
    {
        int count = one?.Count ?? 0;
        return count == (other?.Count ?? 0)
            && (count == 0 || one!.All(pair => other!.TryGetValue(pair.Key, out string? value) && value == pair.Value));
    }
}
