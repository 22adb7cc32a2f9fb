using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Client;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Informers;

/// <summary>What the informer of a kind lists and watches, put together from all that was registered for it.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="settings">The operator's.</param>
/// <param name="informerSettings">As registered.</param>
/// <param name="labels">A label selector of the kind, if there is one.</param>
/// <param name="fields">A field selector of the kind, if there is one.</param>
internal sealed class InformerScope<TEntity>(
    OperatorSettings settings, InformerSettings informerSettings, IEntityLabelSelector<TEntity>? labels, IEntityFieldSelector<TEntity>? fields)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Whether nothing is listed and kept.</summary>
    public bool ChangesOnly => informerSettings.ChangesOnly;

    public async Task<ResourceScope> ResolveAsync(CancellationToken cancellationToken)
    {
        string? label = labels is null ? informerSettings.LabelSelector : await labels.GetLabelSelectorAsync(cancellationToken).ConfigureAwait(false);
        string? field = fields is null ? informerSettings.FieldSelector : await fields.GetFieldSelectorAsync(cancellationToken).ConfigureAwait(false);
        string? scope = informerSettings.Namespace ?? settings.Namespace;
        return new ResourceScope(string.IsNullOrEmpty(scope) ? null : scope, label, field, informerSettings.MetadataOnly);
    }
}
