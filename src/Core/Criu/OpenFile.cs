namespace CheckpointOperator.Core.Criu;

/// <summary>An open file of a process.</summary>
public sealed record OpenFile
{
    /// <summary>The descriptor's number.</summary>
    public required uint Descriptor { get; init; }

    /// <summary>What is open.</summary>
    public required OpenFileKind Kind { get; init; }

    /// <summary>CRIU's id of the open file description. Descriptors with the same one share it, across processes too.</summary>
    public required uint Id { get; init; }

    /// <summary>
    /// The path in the container for what has one, a Unix socket's name, or the kernel's way to name the others, such as <c>pipe:[12]</c> with
    /// CRIU's number of the pipe; null when there is nothing to tell.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>The flags of open(2), as in <c>/proc/PID/fdinfo/FD</c> without <c>O_CLOEXEC</c>.</summary>
    public required uint Flags { get; init; }

    /// <summary>The position in a file; null for what has none.</summary>
    public ulong? Position { get; init; }

    /// <summary>Whether the descriptor is closed at execve(2).</summary>
    public required bool CloseOnExec { get; init; }
}
