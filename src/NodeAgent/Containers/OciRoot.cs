using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>The root file system in a bundle's <c>config.json</c>.</summary>
public sealed record OciRoot
{
    /// <summary>Where it is: absolute, or below the bundle.</summary>
    [JsonPropertyName("path")]
    public string Path { get; init; } = "rootfs";
}
