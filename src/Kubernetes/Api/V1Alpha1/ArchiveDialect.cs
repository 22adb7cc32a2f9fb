using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The engine in whose layout an archive is written.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArchiveDialect>))]
public enum ArchiveDialect
{
    /// <summary>containerd: rootfs-diff.tar is a gzip-compressed OCI layer with whiteouts.</summary>
    [JsonStringEnumMemberName("containerd")]
    Containerd,

    /// <summary>CRI-O: a plain tar and deleted.files.</summary>
    [JsonStringEnumMemberName("CRI-O")]
    CriO,

    /// <summary>podman: a plain tar and deleted.files, volumes, /dev/shm.</summary>
    Podman,
}
