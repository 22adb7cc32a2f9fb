using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.NodeAgent;

/// <summary>The agent's settings of what an archive may hold, as the limits that Core takes.</summary>
internal static class ArchiveLimitsSettings
{
    /// <summary>The limits that the settings say.</summary>
    public static ArchiveLimits ArchiveLimits(this AgentOptions options) => new()
    {
        MaxEntries = options.ArchiveMaxEntries,
        MaxTotalBytes = options.ArchiveMaxTotalBytes,
        MaxEntryBytes = options.ArchiveMaxEntryBytes,
        MaxCompressionRatio = options.ArchiveMaxCompressionRatio,
        CompressionRatioFloor = options.ArchiveCompressionRatioFloor,
        MaxDepth = options.ArchiveMaxDepth,
        MaxNameLength = options.ArchiveMaxNameLength,
        MaxExtendedHeaderBytes = options.ArchiveMaxExtendedHeaderBytes,
        MaxSparseRegions = options.ArchiveMaxSparseRegions,
        MaxDecompressorBytes = options.ArchiveMaxDecompressorBytes,
        MaxJsonBytes = options.ArchiveMaxJsonBytes,
        MaxDeletedFilesBytes = options.ArchiveMaxDeletedFilesBytes,
    };
}
