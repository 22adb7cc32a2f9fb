namespace CheckpointOperator.Core.Criu;

/// <summary>A mount of the container, as <c>/proc/PID/mountinfo</c> had it.</summary>
public sealed record CheckpointMount
{
    /// <summary>The mount's id at the dump.</summary>
    public required uint Id { get; init; }

    /// <summary>The id of the mount that it lies on.</summary>
    public required uint ParentId { get; init; }

    /// <summary>Where it is, in the container.</summary>
    public required string MountPoint { get; init; }

    /// <summary>The part of the file system that is mounted.</summary>
    public required string Root { get; init; }

    /// <summary>The file system's type, such as <c>tmpfs</c>; null where CRIU does not know it, as for bind mounts from outside.</summary>
    public string? FileSystem { get; init; }

    /// <summary>What is mounted: a device, or any word.</summary>
    public required string Source { get; init; }

    /// <summary>The file system's options.</summary>
    public required string Options { get; init; }

    /// <summary>The mount's flags, Linux's MS_… .</summary>
    public required uint Flags { get; init; }

    /// <summary>The name by which whoever restores gives a mount from outside; null for the others.</summary>
    public string? ExternalKey { get; init; }
}
