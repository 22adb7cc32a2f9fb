namespace CheckpointOperator.Core.Archives;

/// <summary>What an archive may hold. What exceeds a limit is refused by name; nothing is cut short.</summary>
public sealed record ArchiveLimits
{
    /// <summary>The limits that hold where none are given.</summary>
    public static ArchiveLimits Default { get; } = new();

    /// <summary>Number of entries, in the archive and in each archive inside it. Defaults to 2,000,000.</summary>
    public long MaxEntries { get; init; } = 2_000_000;

    /// <summary>Bytes of all entries together, holes included. Defaults to 1 TiB.</summary>
    public long MaxTotalBytes { get; init; } = 1L << 40;

    /// <summary>Bytes of one entry, holes included. Defaults to 1 TiB.</summary>
    public long MaxEntryBytes { get; init; } = 1L << 40;

    /// <summary>Unpacked bytes for each packed one, looked at once <see cref="CompressionRatioFloor"/> bytes are unpacked. Defaults to 250.</summary>
    public int MaxCompressionRatio { get; init; } = 250;

    /// <summary>Unpacked bytes below which the ratio does not matter, because memory full of zeros packs very well. Defaults to 1 GiB.</summary>
    public long CompressionRatioFloor { get; init; } = 1L << 30;

    /// <summary>Components of a name. Defaults to 256.</summary>
    public int MaxDepth { get; init; } = 256;

    /// <summary>Bytes of a name or a link's target. Defaults to 4095, Linux's PATH_MAX without its NUL.</summary>
    public int MaxNameLength { get; init; } = 4095;

    /// <summary>Bytes of one extended header: PAX records, a GNU long name. Defaults to 1 MiB.</summary>
    public int MaxExtendedHeaderBytes { get; init; } = 1 << 20;

    /// <summary>Pieces of data between the holes of one sparse file. Defaults to 1,000,000, which take 16 MB of memory.</summary>
    public int MaxSparseRegions { get; init; } = 1_000_000;

    /// <summary>Bytes of history that a compressed archive may make its decompressor keep: zstd's window, xz's dictionary. Defaults to 128 MiB, as the zstd program.</summary>
    public long MaxDecompressorBytes { get; init; } = 128L << 20;

    /// <summary>Bytes of config.dump, spec.dump and the like. Defaults to 16 MiB.</summary>
    public int MaxJsonBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of deleted.files. Defaults to 128 MiB.</summary>
    public int MaxDeletedFilesBytes { get; init; } = 128 << 20;

    /// <summary>Bytes of one of CRIU's images that is kept in memory to inspect it; pages of memory are never kept. Defaults to 64 MiB.</summary>
    public int MaxCriuImageBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of all images together that are kept in memory, with what they are told as: command lines, environments, files. Defaults to 256 MiB.</summary>
    public int MaxCriuImagesBytes { get; init; } = 256 << 20;
}
