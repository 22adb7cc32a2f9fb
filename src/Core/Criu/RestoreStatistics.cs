namespace CheckpointOperator.Core.Criu;

/// <summary>What CRIU measured at a restore (stats-restore). Times are microseconds, pages the machine's memory pages.</summary>
public sealed record RestoreStatistics
{
    /// <summary>How long it took to make the processes.</summary>
    public required uint ForkingMicroseconds { get; init; }

    /// <summary>How long the restore took.</summary>
    public required uint RestoreMicroseconds { get; init; }

    /// <summary>Pages compared with the parent process's.</summary>
    public required ulong PagesCompared { get; init; }

    /// <summary>Pages that are still shared with the parent process.</summary>
    public required ulong PagesSkippedCopyOnWrite { get; init; }

    /// <summary>Pages written into memory.</summary>
    public required ulong PagesRestored { get; init; }
}
