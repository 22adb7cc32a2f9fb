using CheckpointOperator.Kubernetes.Abstractions.Entities;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>One restore of a ContainerCheckpoint into an ordinary Pod.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.V1Alpha1, Kind = KindName, PluralName = PluralName)]
public sealed class V1Alpha1ContainerRestore : CustomKubernetesEntity<ContainerRestoreSpec, ContainerRestoreStatus>
{
    /// <summary>The kind's name.</summary>
    public const string KindName = "ContainerRestore";

    /// <summary>The resource's name in URLs.</summary>
    public const string PluralName = "containerrestores";

    /// <summary>Makes an object with its kind set.</summary>
    public V1Alpha1ContainerRestore()
    {
        ApiVersion = $"{ApiGroup.Name}/{ApiGroup.V1Alpha1}";
        Kind = KindName;
    }
}
