namespace CheckpointOperator.Core.Criu;

/// <summary>A process of a checkpoint. Ids are those of the container's pid namespace.</summary>
public sealed record CheckpointProcess
{
    /// <summary>The process's id.</summary>
    public required uint Pid { get; init; }

    /// <summary>Its parent's id; 0 for the first process.</summary>
    public required uint ParentPid { get; init; }

    /// <summary>The process group's id.</summary>
    public required uint ProcessGroup { get; init; }

    /// <summary>The session's id.</summary>
    public required uint Session { get; init; }

    /// <summary>The name, as in <c>/proc/PID/comm</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it ran. Only one that is alive or stopped has memory, files and sockets.</summary>
    public required ProcessState State { get; init; }

    /// <summary>The real user id; null for a process without credentials (a zombie).</summary>
    public uint? UserId { get; init; }

    /// <summary>The real group id; null for a process without credentials (a zombie).</summary>
    public uint? GroupId { get; init; }

    /// <summary>The threads' ids, the first one's included.</summary>
    public required IReadOnlyList<uint> Threads { get; init; }

    /// <summary>The program's file in the container.</summary>
    public string? Executable { get; init; }

    /// <summary>The working directory in the container.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The root directory in the container.</summary>
    public string? RootDirectory { get; init; }

    /// <summary>The arguments, as in <c>/proc/PID/cmdline</c>; null when they were not asked for, or when that memory is not in the archive.</summary>
    public IReadOnlyList<string>? CommandLine { get; init; }

    /// <summary>The environment, as in <c>/proc/PID/environ</c>; null when it was not asked for, or when that memory is not in the archive.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <summary>How much memory it has; null when that was not asked for.</summary>
    public ProcessMemory? Memory { get; init; }

    /// <summary>Its open files by descriptor, sockets included; null when they were not asked for.</summary>
    public IReadOnlyList<OpenFile>? Files { get; init; }

    /// <summary>Its sockets by descriptor; null when they were not asked for.</summary>
    public IReadOnlyList<CheckpointSocket>? Sockets { get; init; }
}
