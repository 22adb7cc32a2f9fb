using CheckpointOperator.Kubernetes.Abstractions.Entities;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Finalizer;

/// <summary>How a finalizer is called where nothing else is said.</summary>
public static class EntityFinalizerExtensions
{
    private const int MaxNameLength = 63;
    private const string Suffix = "finalizer";

    /// <summary>KubeOps' rule, so that objects made under the one do not hang under the other: the kind's group, a slash, the class's name in lower case
    /// with "finalizer" at its end, cut at 63 characters.</summary>
    /// <typeparam name="TEntity">The kind.</typeparam>
    /// <param name="finalizer">The finalizer.</param>
    /// <param name="entity">Any object of the kind.</param>
    public static string GetIdentifierName<TEntity>(this IEntityFinalizer<TEntity> finalizer, TEntity entity)
        where TEntity : IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(finalizer);
#pragma warning disable CA1308 // Kubernetes' names are lower case.
        string name = finalizer.GetType().Name.ToLowerInvariant();
#pragma warning restore CA1308
        if (!name.EndsWith(Suffix, StringComparison.Ordinal))
            name += Suffix;
        string group = EntityMetadata.Of<TEntity>().Group;
        string identifier = group.Length == 0 ? name : $"{group}/{name}";
        return identifier.Length > MaxNameLength ? identifier[..MaxNameLength] : identifier;
    }
}
