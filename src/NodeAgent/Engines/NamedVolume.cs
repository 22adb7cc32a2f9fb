using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>A volume in podman's container configuration.</summary>
/// <param name="Name">Its name, also that of its archive <c>volumes/NAME.tar</c>.</param>
/// <param name="Destination">Where it is mounted.</param>
/// <param name="Options">The mount's options.</param>
public sealed record NamedVolume(
    [property: JsonPropertyName("volumeName")] string Name,
    [property: JsonPropertyName("dest")] string Destination,
    [property: JsonPropertyName("options")] IReadOnlyList<string> Options);
