using CheckpointOperator.Kubernetes.Abstractions.Entities;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>One checkpoint of one running container: memory, files and metadata in an archive on its node.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.V1Alpha1, Kind = KindName, PluralName = PluralName)]
public sealed class V1Alpha1ContainerCheckpoint : CustomKubernetesEntity<ContainerCheckpointSpec, ContainerCheckpointStatus>
{
    /// <summary>The kind's name.</summary>
    public const string KindName = "ContainerCheckpoint";

    /// <summary>The resource's name in URLs.</summary>
    public const string PluralName = "containercheckpoints";

    /// <summary>Makes an object with its kind set.</summary>
    public V1Alpha1ContainerCheckpoint()
    {
        ApiVersion = $"{ApiGroup.Name}/{ApiGroup.V1Alpha1}";
        Kind = KindName;
    }
}
