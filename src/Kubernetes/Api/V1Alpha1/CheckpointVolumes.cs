using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>Whose content goes into the archive.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckpointVolumes>))]
public enum CheckpointVolumes
{
    /// <summary>The Pod's emptyDir volumes that the container mounts.</summary>
    EmptyDir,

    /// <summary>No volume.</summary>
    None,
}
