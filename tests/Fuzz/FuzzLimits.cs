using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.Fuzz;

/// <summary>What archives may hold here: little, so that every limit is within the fuzzer's reach and a run is short.</summary>
internal static class FuzzLimits
{
    /// <summary>Inputs are no longer than this; AFL++ is told so too.</summary>
    internal const int MaxInputBytes = 1 << 20;

    /// <summary>
    /// Bytes that one input may make .NET allocate: a target reads its input several times, and a zstd or bzip2 decoder takes some MiB for
    /// each of the archives inside an archive.
    /// </summary>
    internal const long MaxAllocatedBytes = 256L << 20;

    /// <summary>The longest that one input may take; what never ends is AFL++'s or the test's to stop.</summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    internal static ArchiveLimits Archive { get; } = new()
    {
        MaxEntries = 200,
        MaxEntryBytes = 256 << 10,
        MaxTotalBytes = 512 << 10,
        CompressionRatioFloor = 64 << 10,
        MaxCompressionRatio = 100,
        MaxDepth = 12,
        MaxNameLength = 600,
        MaxExtendedHeaderBytes = 16 << 10,
        MaxSparseRegions = 64,
        MaxDecompressorBytes = 8 << 20,
        MaxJsonBytes = 64 << 10,
        MaxDeletedFilesBytes = 64 << 10,
        MaxCriuImageBytes = 64 << 10,
        MaxCriuImagesBytes = 128 << 10,
    };
}
