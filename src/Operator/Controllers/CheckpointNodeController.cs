using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Operator.Controllers;

/// <summary>
/// Labels the Nodes that can restore, for RuntimeClass checkpoint-restore to select. The agent cannot: a node that may write Nodes may write all of them.
/// </summary>
internal sealed class CheckpointNodeController(ResourceClient<V1Node> nodes, IEntityCache<V1Node> cache, Ages ages) : IEntityController<V1Alpha1CheckpointNode>
{
    /// <inheritdoc />
    public async Task<ReconciliationResult<V1Alpha1CheckpointNode>> ReconcileAsync(V1Alpha1CheckpointNode entity, CancellationToken cancellationToken)
    {
        bool capable = entity.Metadata.DeletionTimestamp is null && NodeCapability.WhyItCannotRestore(entity, ages) is null;
        // From the cache, as each heartbeat comes here. A Node that comes, or whose label changes, brings its CheckpointNode here again.
        await LabelAsync(cache.Get(NodeOf(entity)), capable, cancellationToken);
        // An agent that falls silent writes nothing that would bring this here again.
        return ReconciliationResult<V1Alpha1CheckpointNode>.Success(entity, capable ? NodeCapability.TimeUntilSilent(entity, ages) : null);
    }

    /// <inheritdoc />
    public async Task<ReconciliationResult<V1Alpha1CheckpointNode>> DeletedAsync(V1Alpha1CheckpointNode entity, CancellationToken cancellationToken)
    {
        ages.Forget(entity);
        await LabelAsync(await nodes.GetAsync(NodeOf(entity), cancellationToken), capable: false, cancellationToken);
        return ReconciliationResult<V1Alpha1CheckpointNode>.Success(entity);
    }

    private async Task LabelAsync(V1Node? node, bool capable, CancellationToken cancellationToken)
    {
        if (node is null)
            return;
        await nodes.PatchAsync(
            node,
            current =>
            {
                if (IsLabelled(current) == capable)
                    return;
                current.Metadata.Labels ??= new Dictionary<string, string>();
                if (capable)
                    current.Metadata.Labels[ApiGroup.RestoreLabelKey] = ApiGroup.RestoreLabelValue;
                else
                    current.Metadata.Labels.Remove(ApiGroup.RestoreLabelKey);
            },
            cancellationToken);
    }

    private static NamespacedName NodeOf(V1Alpha1CheckpointNode entity) => new(null, entity.Metadata.Name);

    private static bool IsLabelled(V1Node node) => node.Metadata.Labels?.TryGetValue(ApiGroup.RestoreLabelKey, out string? value) == true && value == ApiGroup.RestoreLabelValue;
}
