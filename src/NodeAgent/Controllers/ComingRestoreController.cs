using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Restores;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Controllers;

/// <summary>
/// Has the archive of a restore that was given to this node unpacked before its container is asked for. It decides nothing: whether a container is
/// restored is judged when it is asked for.
/// </summary>
/// <param name="images">Unpacks.</param>
/// <param name="checkpoints">Reads what is restored.</param>
/// <param name="options">The node's name.</param>
internal sealed class ComingRestoreController(
    PreparedImages images, ResourceClient<V1Alpha1ContainerCheckpoint> checkpoints, IOptions<AgentOptions> options) : IEntityController<V1Alpha1ContainerRestore>
{
    public async Task<ReconciliationResult<V1Alpha1ContainerRestore>> ReconcileAsync(V1Alpha1ContainerRestore entity, CancellationToken cancellationToken)
    {
        if (!IsComing(entity))
        {
            images.Drop(entity.Metadata.Uid);
            return ReconciliationResult<V1Alpha1ContainerRestore>.Success(entity);
        }
        foreach (string name in entity.Spec.CheckpointNames())
        {
            if (await checkpoints.GetAsync(new NamespacedName(entity.Metadata.NamespaceProperty, name), cancellationToken) is { } checkpoint && IsHere(checkpoint))
                images.BeginAhead(entity.Metadata.Uid, checkpoint);
        }
        return ReconciliationResult<V1Alpha1ContainerRestore>.Success(entity);
    }

    public Task<ReconciliationResult<V1Alpha1ContainerRestore>> DeletedAsync(V1Alpha1ContainerRestore entity, CancellationToken cancellationToken)
    {
        images.Drop(entity.Metadata.Uid);
        return Task.FromResult(ReconciliationResult<V1Alpha1ContainerRestore>.Success(entity));
    }

    private bool IsComing(V1Alpha1ContainerRestore restore) =>
        restore.Metadata.DeletionTimestamp is null
        && restore.Status is { Phase: RestorePhase.Pending or RestorePhase.Running } status
        && status.NodeName == options.Value.NodeName
        && status.Conditions.IsTrue(ConditionTypes.Preflight)
        && !status.Conditions.IsTrue(ConditionTypes.Restored);

    private bool IsHere(V1Alpha1ContainerCheckpoint checkpoint) =>
        checkpoint.Status is { Phase: CheckpointPhase.Ready, Archive.Digest: not null } && checkpoint.Status.NodeName == options.Value.NodeName;
}
