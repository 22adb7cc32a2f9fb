using CheckpointOperator.Kubernetes.Abstractions.Caching;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.Queues;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Controllers;

/// <summary>Asks for reconciles of one kind when objects of another change.</summary>
/// <typeparam name="TOther">The kind that changes.</typeparam>
/// <typeparam name="TEntity">The kind that is reconciled.</typeparam>
internal sealed partial class SecondaryWatch<TOther, TEntity>(
    EntityStore<TOther> others,
    IEntityCache<TEntity> entities,
    ReconcileQueue<TEntity> queue,
    Func<TOther, IEntityCache<TEntity>, IEnumerable<NamespacedName>> map,
    ILogger<SecondaryWatch<TOther, TEntity>> logger) : ISecondaryWatch
    where TOther : class, IKubernetesObject<V1ObjectMeta>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    public void Subscribe() => others.Subscribe(
        change =>
        {
            Enqueue(change.Key, change.Entity);
            // What it no longer points to has to be looked at too.
            if (change.Previous is not null)
                Enqueue(change.Key, change.Previous);
        },
        () =>
        {
            // What changed, and so what points to it, is not known: each looks for itself.
            foreach (NamespacedName entity in entities.Keys(static _ => true))
                queue.Add(entity);
        });

    private void Enqueue(NamespacedName key, TOther other)
    {
        try
        {
            foreach (NamespacedName entity in map(other, entities))
                queue.Add(entity);
        }
#pragma warning disable CA1031 // A map that fails for one object must not end the informer that tells it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.MapFailed(logger, error, EntityMetadata.Of<TOther>().Kind, key, EntityMetadata.Of<TEntity>().Kind);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Other} {Key} could not be mapped to what is reconciled for it among {Kind}")]
        public static partial void MapFailed(ILogger logger, Exception error, string other, NamespacedName key, string kind);
    }
}
