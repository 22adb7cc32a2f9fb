namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>The works, in the order in which they are run.</summary>
internal static class AllWorks
{
    internal static IReadOnlyList<Work> Of(Settings settings) =>
    [
        new StartWork(settings),
        new ImportWork(settings),
        new MetadataWork(settings),
        new DigestWork(settings),
        new LargeImportWork(settings),
        new ApplyWork(settings, existing: false),
        new ApplyWork(settings, existing: true),
        new DiffWork(settings),
        new DeleteWork(settings),
        new CompressedWork(settings, "gzip", "pigz", 3.5),
        new CompressedWork(settings, "zstd", "zstd", 1.5),
    ];
}
