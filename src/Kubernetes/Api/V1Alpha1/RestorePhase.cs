using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>Where a restore stands; the conditions say why.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RestorePhase>))]
public enum RestorePhase
{
    /// <summary>Not started: something it needs is missing.</summary>
    Pending,

    /// <summary>The Pod exists; its container is being restored.</summary>
    Running,

    /// <summary>The process goes on in the Pod.</summary>
    Ready,

    /// <summary>It ended without a restored process; a new object is needed.</summary>
    Failed,
}
