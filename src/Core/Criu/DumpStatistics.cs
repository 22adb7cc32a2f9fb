namespace CheckpointOperator.Core.Criu;

/// <summary>What CRIU measured at the dump (stats-dump). Times are microseconds, pages the machine's memory pages.</summary>
public sealed record DumpStatistics
{
    /// <summary>How long it took to stop the processes.</summary>
    public required uint FreezingMicroseconds { get; init; }

    /// <summary>How long the processes stood still.</summary>
    public required uint FrozenMicroseconds { get; init; }

    /// <summary>How long it took to take their memory.</summary>
    public required uint MemoryDumpMicroseconds { get; init; }

    /// <summary>How long it took to write it.</summary>
    public required uint MemoryWriteMicroseconds { get; init; }

    /// <summary>Pages looked at.</summary>
    public required ulong PagesScanned { get; init; }

    /// <summary>Pages that an earlier checkpoint holds.</summary>
    public required ulong PagesSkippedParent { get; init; }

    /// <summary>Pages written.</summary>
    public required ulong PagesWritten { get; init; }

    /// <summary>Pages left for a lazy restore.</summary>
    public required ulong PagesLazy { get; init; }

    /// <summary>Pages of shared memory looked at.</summary>
    public required ulong SharedPagesScanned { get; init; }

    /// <summary>Pages of shared memory that an earlier checkpoint holds.</summary>
    public required ulong SharedPagesSkippedParent { get; init; }

    /// <summary>Pages of shared memory written.</summary>
    public required ulong SharedPagesWritten { get; init; }
}
