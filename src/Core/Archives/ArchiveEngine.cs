using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.Archives;

/// <summary>The container engine whose dialect an archive is written in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArchiveEngine>))]
public enum ArchiveEngine
{
    /// <summary>containerd: status.dump, a compressed OCI layer with whiteouts, no deleted.files.</summary>
    [JsonStringEnumMemberName("containerd")]
    Containerd,

    /// <summary>CRI-O: a plain rootfs-diff.tar and deleted.files.</summary>
    [JsonStringEnumMemberName("CRI-O")]
    CriO,

    /// <summary>podman: as CRI-O, with volumes and network.status.</summary>
    Podman,
}
