using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary><c>config.dump</c>, as podman, CRI-O and checkpointctl read it.</summary>
public sealed record ConfigDump
{
    /// <summary>The file's name in the archive.</summary>
    public const string FileName = "config.dump";

    /// <summary>The container's id.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The container's name.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The image's id.</summary>
    [JsonPropertyName("rootfsImage")]
    public string? RootfsImage { get; init; }

    /// <summary>The image with its digest.</summary>
    [JsonPropertyName("rootfsImageRef")]
    public string? RootfsImageRef { get; init; }

    /// <summary>The image as it was asked for.</summary>
    [JsonPropertyName("rootfsImageName")]
    public string? RootfsImageName { get; init; }

    /// <summary>The OCI runtime's name.</summary>
    [JsonPropertyName("runtime")]
    public string? Runtime { get; init; }

    /// <summary>When the container was created.</summary>
    [JsonPropertyName("createdTime")]
    public DateTimeOffset CreatedTime { get; init; }

    /// <summary>When it was checkpointed.</summary>
    [JsonPropertyName("checkpointedTime")]
    public DateTimeOffset CheckpointedTime { get; init; }
}
