using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>
/// <c>config.dump</c>: podman's container configuration, as far as podman needs it to restore and checkpointctl to show the archive. No other
/// engine reads it.
/// </summary>
public sealed record ConfigDump
{
    /// <summary>The file's name in the archive.</summary>
    public const string FileName = "config.dump";

    private const int Sigterm = 15;

    /// <summary>The container's id.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The container's name.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Digest of the image's configuration, without <c>sha256:</c>: what podman calls an image's id.</summary>
    [JsonPropertyName("rootfsImageID")]
    public string? RootfsImageId { get; init; }

    /// <summary>The image with its digest, as CRI-O and containerd name it.</summary>
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

    /// <summary>The user and group as numbers: podman wants one where the process is not root's.</summary>
    [JsonPropertyName("user")]
    public string? User { get; init; }

    /// <summary>The volumes whose archives podman unpacks; one for each mount.</summary>
    [JsonPropertyName("namedVolumes")]
    public IReadOnlyList<NamedVolume> NamedVolumes { get; init; } = [];

    /// <summary>A network namespace of its own: the dump has one that was given by path.</summary>
    [JsonPropertyName("createNetNS")]
    public bool CreateNetNS { get; init; } = true;

    /// <summary>podman's usual network.</summary>
    [JsonPropertyName("networkMode")]
    public string NetworkMode { get; init; } = "bridge";

    /// <summary>podman's usual network, by name.</summary>
    [JsonPropertyName("newNetworks")]
    public IReadOnlyDictionary<string, PodmanNetwork> NewNetworks { get; init; } = new Dictionary<string, PodmanNetwork> { ["podman"] = new("eth0") };

    /// <summary>What ends the container.</summary>
    [JsonPropertyName("stopSignal")]
    public int StopSignal { get; init; } = Sigterm;

    /// <summary>How podman keeps its output.</summary>
    [JsonPropertyName("logDriver")]
    public string LogDriver { get; init; } = "k8s-file";
}
