using CheckpointOperator.Core.Criu.Protos;

namespace CheckpointOperator.Core.Criu;

/// <summary>Reads stats-dump and stats-restore.</summary>
internal static class Statistics
{
    internal static DumpStatistics? ReadDump(ArchiveImages images) => Read(images, ImageNames.DumpStats)?.Dump is { } dump
        ? new DumpStatistics
        {
            FreezingMicroseconds = dump.FreezingTime,
            FrozenMicroseconds = dump.FrozenTime,
            MemoryDumpMicroseconds = dump.MemdumpTime,
            MemoryWriteMicroseconds = dump.MemwriteTime,
            PagesScanned = dump.PagesScanned,
            PagesSkippedParent = dump.PagesSkippedParent,
            PagesWritten = dump.PagesWritten,
            PagesLazy = dump.PagesLazy,
            SharedPagesScanned = dump.ShpagesScanned,
            SharedPagesSkippedParent = dump.ShpagesSkippedParent,
            SharedPagesWritten = dump.ShpagesWritten,
        }
        : null;

    internal static RestoreStatistics? ReadRestore(ArchiveImages images) => Read(images, ImageNames.RestoreStats)?.Restore is { } restore
        ? new RestoreStatistics
        {
            ForkingMicroseconds = restore.ForkingTime,
            RestoreMicroseconds = restore.RestoreTime,
            PagesCompared = restore.PagesCompared,
            PagesSkippedCopyOnWrite = restore.PagesSkippedCow,
            PagesRestored = restore.PagesRestored,
        }
        : null;

    private static StatsEntry? Read(ArchiveImages images, string name) =>
        images.Find(name) is { } image ? ImageFile.First(name, image, ImageMagic.Stats, StatsEntry.Parser) : null;
}
