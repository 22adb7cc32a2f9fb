using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What becomes of the archive when its ContainerCheckpoint is deleted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeletionPolicy>))]
public enum DeletionPolicy
{
    /// <summary>It is deleted too.</summary>
    Delete,

    /// <summary>It stays on the node.</summary>
    Retain,
}
