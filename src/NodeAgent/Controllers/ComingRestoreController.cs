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
        if (!IsComing(entity, options.Value.NodeName))
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

    // The operator gives it this node's label, by which it is seen here, once its preflight has passed; its status tells that after the Pod was made.
    internal static bool IsComing(V1Alpha1ContainerRestore restore, string nodeName) =>
        restore.Metadata.DeletionTimestamp is null
        && restore.Status is { Phase: null or RestorePhase.Pending or RestorePhase.Running } status
        && (status.NodeName ?? nodeName) == nodeName
        && status.Conditions.Find(ConditionTypes.Preflight)?.Status is null or Conditions.True
        && !status.Conditions.IsTrue(ConditionTypes.Restored);

    private bool IsHere(V1Alpha1ContainerCheckpoint checkpoint) =>
        checkpoint.Status is { Phase: CheckpointPhase.Ready, Archive.Digest: not null } && checkpoint.Status.NodeName == options.Value.NodeName;
}
