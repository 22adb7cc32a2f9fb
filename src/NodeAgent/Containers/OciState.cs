using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>What <c>runc state</c> or <c>crun state</c> prints.</summary>
public sealed record OciState
{
    /// <summary>The container's id.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init; } = string.Empty;

    /// <summary>created, running, paused or stopped.</summary>
    [JsonPropertyName("status")]
    public string Status { get; init; } = string.Empty;

    /// <summary>Process id of its first process; 0 once it has ended.</summary>
    [JsonPropertyName("pid")]
    public int Pid { get; init; }
}
