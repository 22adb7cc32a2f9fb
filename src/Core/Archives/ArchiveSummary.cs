namespace CheckpointOperator.Core.Archives;

/// <summary>
/// What an archive tells about itself. All of it was written by whoever wrote the archive: show it, compare it, but derive no right from it.
/// </summary>
public sealed record ArchiveSummary
{
    /// <summary>The engine that wrote the archive, or in whose layout it is written.</summary>
    public required ArchiveEngine Engine { get; init; }

    /// <summary>How the archive is compressed.</summary>
    public required ArchiveCompression Compression { get; init; }

    /// <summary>The Pod's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The Pod's name.</summary>
    public string? Pod { get; init; }

    /// <summary>The Pod's UID.</summary>
    public string? PodUid { get; init; }

    /// <summary>The container's name in its Pod; podman's name where there is no Pod.</summary>
    public string? Container { get; init; }

    /// <summary>The container's id in its engine.</summary>
    public string? ContainerId { get; init; }

    /// <summary>The image as the user named it.</summary>
    public string? Image { get; init; }

    /// <summary>The image's id or digest.</summary>
    public string? ImageId { get; init; }

    /// <summary>The OCI runtime that config.dump names.</summary>
    public string? Runtime { get; init; }

    /// <summary>When the container was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was checkpointed.</summary>
    public DateTimeOffset? CheckpointedAt { get; init; }

    /// <summary>When it had been restored before, if it was.</summary>
    public DateTimeOffset? RestoredAt { get; init; }

    /// <summary>Size of the archive's file.</summary>
    public long FileBytes { get; init; }

    /// <summary>Bytes of all entries together.</summary>
    public long ContentBytes { get; init; }

    /// <summary>Number of entries.</summary>
    public long Entries { get; init; }

    /// <summary>Whether CRIU's images are there (checkpoint/inventory.img), without which nothing can be restored.</summary>
    public bool HasProcessImages { get; init; }

    /// <summary>Number of processes (checkpoint/pstree.img); null when that file is not there or not understood.</summary>
    public int? Processes { get; init; }

    /// <summary>Bytes of memory pages (checkpoint/pages-*.img).</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Bytes of rootfs-diff.tar as it is in the archive; null when there is none.</summary>
    public long? RootfsDiffBytes { get; init; }

    /// <summary>How rootfs-diff.tar is compressed; null when there is none.</summary>
    public ArchiveCompression? RootfsDiffCompression { get; init; }

    /// <summary>Entries of rootfs-diff.tar that are not whiteouts.</summary>
    public long ChangedFiles { get; init; }

    /// <summary>Paths in deleted.files, and whiteouts in rootfs-diff.tar.</summary>
    public long DeletedFiles { get; init; }

    /// <summary>Names of the volumes whose content is in the archive.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];
}
