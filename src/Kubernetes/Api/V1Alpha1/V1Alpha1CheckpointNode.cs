using CheckpointOperator.Kubernetes.Abstractions.Entities;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What one node can do, written by its agent. Cluster-scoped, named like the node.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.V1Alpha1, Kind = KindName, PluralName = PluralName)]
public sealed class V1Alpha1CheckpointNode : CustomKubernetesEntity<CheckpointNodeSpec, CheckpointNodeStatus>
{
    /// <summary>The kind's name.</summary>
    public const string KindName = "CheckpointNode";

    /// <summary>The resource's name in URLs.</summary>
    public const string PluralName = "checkpointnodes";

    /// <summary>Makes an object with its kind set.</summary>
    public V1Alpha1CheckpointNode()
    {
        ApiVersion = $"{ApiGroup.Name}/{ApiGroup.V1Alpha1}";
        Kind = KindName;
    }
}
