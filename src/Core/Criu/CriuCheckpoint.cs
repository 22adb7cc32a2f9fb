namespace CheckpointOperator.Core.Criu;

/// <summary>
/// A container's processes as CRIU's images in an archive describe them. All of it is the archive's claim. Text is what the processes had there,
/// control characters included; bytes that are not UTF-8 became U+FFFD.
/// </summary>
public sealed record CriuCheckpoint
{
    /// <summary>The processes, each after its parent, in the order of CRIU's pstree.img.</summary>
    public required IReadOnlyList<CheckpointProcess> Processes { get; init; }

    /// <summary>The mounts of the first process's mount namespace, in the order of the image; null when they were not asked for.</summary>
    public IReadOnlyList<CheckpointMount>? Mounts { get; init; }

    /// <summary>What CRIU measured at the dump; null when it was not asked for or is not in the archive.</summary>
    public DumpStatistics? Dump { get; init; }

    /// <summary>What CRIU measured at a restore; null when it was not asked for or is not in the archive.</summary>
    public RestoreStatistics? Restore { get; init; }
}
