namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What an archive holds.</summary>
public sealed class ArchiveContent
{
    /// <summary>Number of processes.</summary>
    public int? Processes { get; set; }

    /// <summary>The first 100 processes, each after its parent.</summary>
    public IList<ArchivedProcess>? ProcessTree { get; set; }

    /// <summary>Size of the memory pages, in bytes.</summary>
    public long? MemoryBytes { get; set; }

    /// <summary>Size of rootfs-diff.tar, in bytes.</summary>
    public long? RootfsDiffBytes { get; set; }

    /// <summary>Number of entries in rootfs-diff.tar.</summary>
    public int? ChangedFiles { get; set; }

    /// <summary>Number of paths that were deleted from the image's files.</summary>
    public int? DeletedFiles { get; set; }

    /// <summary>Names of the emptyDir volumes whose content is in the archive.</summary>
    public IList<string>? Volumes { get; set; }

    /// <summary>What a restore will not find as it was at the checkpoint, each a sentence.</summary>
    public IList<string>? Missing { get; set; }
}
