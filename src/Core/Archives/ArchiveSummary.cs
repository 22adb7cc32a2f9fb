using System.Diagnostics.CodeAnalysis;

namespace CheckpointOperator.Core.Archives;

/// <summary>All that an archive tells about itself: <see cref="ArchiveMetadata"/> and what it holds.</summary>
public sealed record ArchiveSummary : ArchiveMetadata
{
    /// <summary>Creates an empty one.</summary>
    public ArchiveSummary()
    {
    }

    [SetsRequiredMembers]
    internal ArchiveSummary(ArchiveMetadata metadata)
        : base(metadata)
    {
    }

    /// <summary>Size of the archive's file; of an image in a layout folder, of its manifest, configuration and layer.</summary>
    public long FileBytes { get; init; }

    /// <summary>Bytes of all entries together.</summary>
    public long ContentBytes { get; init; }

    /// <summary>Number of entries.</summary>
    public long Entries { get; init; }

    /// <summary>Whether CRIU's images are there (checkpoint/inventory.img), without which nothing can be restored.</summary>
    public bool HasProcessImages { get; init; }

    /// <summary>Number of processes (checkpoint/pstree.img); null when that file is not there.</summary>
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
