using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>A network in podman's container configuration.</summary>
/// <param name="InterfaceName">The interface in the container.</param>
public sealed record PodmanNetwork([property: JsonPropertyName("interface_name")] string InterfaceName);
