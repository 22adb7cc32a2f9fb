using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>Linux' part of a bundle's <c>config.json</c>.</summary>
public sealed record OciLinux
{
    /// <summary>The user ids of the container's user namespace; null where it has the node's.</summary>
    [JsonPropertyName("uidMappings")]
    public IReadOnlyList<OciIdMapping>? UidMappings { get; init; }

    /// <summary>The group ids of the container's user namespace; null where it has the node's.</summary>
    [JsonPropertyName("gidMappings")]
    public IReadOnlyList<OciIdMapping>? GidMappings { get; init; }
}
