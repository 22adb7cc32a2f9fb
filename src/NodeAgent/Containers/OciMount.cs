using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>A mount of a container.</summary>
public sealed record OciMount
{
    /// <summary>Where it is in the container.</summary>
    [JsonPropertyName("destination")]
    public string Destination { get; init; } = string.Empty;

    /// <summary>What is mounted.</summary>
    [JsonPropertyName("source")]
    public string? Source { get; init; }
}
