using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>The part that matters here of the options that containerd's shim keeps in a bundle's <c>options.json</c>.</summary>
internal sealed record ShimOptions
{
    /// <summary>The runtime's state folder, where it is not the default.</summary>
    [JsonPropertyName("root")]
    public string? Root { get; init; }

    /// <summary>The runtime's program, where it is not the default.</summary>
    [JsonPropertyName("binary_name")]
    public string? BinaryName { get; init; }
}
