using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What a checkpoint is restored into.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RestoreTarget>))]
public enum RestoreTarget
{
    /// <summary>A new Pod: files and process.</summary>
    Pod,

    /// <summary>Only the file system.</summary>
    Files,
}
