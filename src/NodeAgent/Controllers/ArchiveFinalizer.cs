using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Store;

namespace CheckpointOperator.NodeAgent.Controllers;

/// <summary>Deletes, or keeps, the archive of a ContainerCheckpoint that is being deleted.</summary>
/// <param name="store">Holds the archive.</param>
/// <param name="report">Tells the store's new size.</param>
/// <param name="publish">Writes Events.</param>
internal sealed class ArchiveFinalizer(ArchiveStore store, NodeReport report, EventPublisher publish) : IEntityFinalizer<V1Alpha1ContainerCheckpoint>
{
    public async Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> FinalizeAsync(V1Alpha1ContainerCheckpoint entity, CancellationToken cancellationToken)
    {
        string uid = entity.Metadata.Uid;
        if (entity.Spec.DeletionPolicy == DeletionPolicy.Retain)
        {
            if (store.Contains(uid))
                await publish(entity, CheckpointReasons.ArchiveRetained, $"the archive {store.PathOf(uid)} stays on its node", cancellationToken: cancellationToken);
        }
        else if (store.Remove(uid))
        {
            await publish(entity, CheckpointReasons.ArchiveDeleted, $"the archive {store.PathOf(uid)} was deleted", cancellationToken: cancellationToken);
        }
        report.Refresh();
        return ReconciliationResult<V1Alpha1ContainerCheckpoint>.Success(entity);
    }
}
