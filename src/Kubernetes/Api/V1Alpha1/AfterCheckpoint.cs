using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What becomes of the Pod once its checkpoint is Ready.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AfterCheckpoint>))]
public enum AfterCheckpoint
{
    /// <summary>It goes on.</summary>
    KeepRunning,

    /// <summary>It is deleted.</summary>
    DeletePod,
}
