using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>Linux' part of a bundle's <c>config.json</c>.</summary>
public sealed record OciLinux
{
    /// <summary>The SELinux label of the container's mounts.</summary>
    [JsonPropertyName("mountLabel")]
    public string? MountLabel { get; init; }
}
