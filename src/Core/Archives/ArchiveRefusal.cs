namespace CheckpointOperator.Core.Archives;

/// <summary>Why an archive was refused.</summary>
public enum ArchiveRefusal
{
    /// <summary>A name holds <c>..</c>.</summary>
    PathTraversal,

    /// <summary>A name starts with a slash.</summary>
    AbsolutePath,

    /// <summary>A name is empty, holds a NUL, or is one that cannot be meant (such as the directory itself, as a file).</summary>
    InvalidName,

    /// <summary>A name has more bytes than <see cref="ArchiveLimits.MaxNameLength"/>.</summary>
    NameTooLong,

    /// <summary>A name has more components than <see cref="ArchiveLimits.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>More entries than <see cref="ArchiveLimits.MaxEntries"/>.</summary>
    TooManyEntries,

    /// <summary>An entry is larger than <see cref="ArchiveLimits.MaxEntryBytes"/>.</summary>
    EntryTooLarge,

    /// <summary>The content is larger than <see cref="ArchiveLimits.MaxTotalBytes"/>.</summary>
    ArchiveTooLarge,

    /// <summary>The content unpacks to more than <see cref="ArchiveLimits.MaxCompressionRatio"/> times its size.</summary>
    CompressionRatio,

    /// <summary>An extended header is larger than <see cref="ArchiveLimits.MaxExtendedHeaderBytes"/>.</summary>
    ExtendedHeaderTooLarge,

    /// <summary>A JSON file is larger than its limit.</summary>
    JsonTooLarge,

    /// <summary>A JSON file is not what it should be.</summary>
    InvalidJson,

    /// <summary>Two entries have the same name.</summary>
    DuplicateEntry,

    /// <summary>An entry that has to be a regular file or a directory is something else.</summary>
    UnexpectedType,

    /// <summary>A symbolic link leads out of the archive.</summary>
    EscapingSymbolicLink,

    /// <summary>A hard link names something that is no regular file inside the destination (a link or FIFO there may have two names in a volume or root file system).</summary>
    EscapingHardLink,

    /// <summary>A name leads through a symbolic link or a file.</summary>
    LinkInPath,

    /// <summary>A name leads onto or through a mount point: another file system, or another part of this one.</summary>
    MountInPath,

    /// <summary>An owner has no id in the user namespace that the files are for.</summary>
    IdOutsideMap,

    /// <summary>A device that nobody may bring along.</summary>
    Device,

    /// <summary>A kind of entry that is not extracted: continued from another volume, incremental, of an unknown sparse format.</summary>
    UnsupportedEntry,

    /// <summary>A sparse file's map is out of order, leads past the file's end, does not fit the data, or has more regions than <see cref="ArchiveLimits.MaxSparseRegions"/>.</summary>
    InvalidSparseMap,

    /// <summary>A whiteout that names nothing that could be removed.</summary>
    InvalidWhiteout,

    /// <summary>A number in a header is negative or too large.</summary>
    InvalidNumber,

    /// <summary>A header is damaged.</summary>
    InvalidHeader,

    /// <summary>The archive ends too early.</summary>
    Truncated,

    /// <summary>The compression is damaged, or one that is not read.</summary>
    InvalidCompression,

    /// <summary>Unpacking would take more memory than <see cref="ArchiveLimits.MaxDecompressorBytes"/>.</summary>
    DecompressorMemory,

    /// <summary>An OCI image that is none of one checkpoint: another number of manifests or layers than one, a media type that is not read.</summary>
    InvalidImage,

    /// <summary>A part of an OCI image has another digest or size than the one by which it is named.</summary>
    DigestMismatch,

    /// <summary>An entry that has to be there is missing.</summary>
    MissingEntry,

    /// <summary>deleted.files names the root, leads out of it, or across a mount point.</summary>
    UnsafeDeletion,

    /// <summary>The annotations name two different Pods or containers.</summary>
    ConflictingIdentity,

    /// <summary>An image of CRIU is damaged, or contradicts another one.</summary>
    InvalidCriuImage,

    /// <summary>An image of CRIU has what this program does not read, such as compressed pages.</summary>
    UnsupportedCriuImage,

    /// <summary>Images of CRIU are larger than <see cref="ArchiveLimits.MaxCriuImageBytes"/> or <see cref="ArchiveLimits.MaxCriuImagesBytes"/>.</summary>
    CriuImageTooLarge,
}
