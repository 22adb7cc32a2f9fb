using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What became of one container of a restored Pod.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RestoreResult>))]
public enum RestoreResult
{
    /// <summary>Nothing is decided yet.</summary>
    Pending,

    /// <summary>Its process was proven to go on.</summary>
    Restored,

    /// <summary>It was started from its image: it is not among those to restore, or it ended after its restore.</summary>
    StartedFresh,

    /// <summary>It is not restored, and no further attempt is made.</summary>
    Failed,
}
