using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>Where a checkpoint stands; the conditions say why.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckpointPhase>))]
public enum CheckpointPhase
{
    /// <summary>Not started: something it needs is missing.</summary>
    Pending,

    /// <summary>Assigned to a node, whose agent works on it.</summary>
    Running,

    /// <summary>The archive is whole, verified and in the node's store.</summary>
    Ready,

    /// <summary>It ended without an archive; a new object is needed.</summary>
    Failed,
}
