using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>A range of a user namespace's ids in a bundle's <c>config.json</c>.</summary>
/// <param name="ContainerId">First id inside.</param>
/// <param name="HostId">The id outside that it stands for.</param>
/// <param name="Size">Number of ids.</param>
public sealed record OciIdMapping(
    [property: JsonPropertyName("containerID")] uint ContainerId,
    [property: JsonPropertyName("hostID")] uint HostId,
    [property: JsonPropertyName("size")] uint Size);
