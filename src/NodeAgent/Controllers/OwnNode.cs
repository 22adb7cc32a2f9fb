using CheckpointOperator.Kubernetes.Api;

using k8s;
using k8s.Models;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Controllers;

/// <summary>Selects the objects that the operator gave to this node.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="options">The node's name.</param>
internal sealed class OwnNode<TEntity>(IOptions<AgentOptions> options) : IEntityLabelSelector<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    public ValueTask<string?> GetLabelSelectorAsync(CancellationToken cancellationToken) => new(NodeLabel.SelectorFor(options.Value.NodeName));
}
