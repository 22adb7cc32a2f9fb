namespace CheckpointOperator.Core.Criu;

/// <summary>A process's memory in bytes: its areas as mm-PID.img lists them, and the pages that pagemap-PID.img says were dumped.</summary>
public sealed record ProcessMemory
{
    /// <summary>Bytes of all areas, resident or not; <c>VmSize</c> of <c>/proc/PID/status</c>.</summary>
    public required ulong MappedBytes { get; init; }

    /// <summary>Of them, private memory without a file: heap, stacks.</summary>
    public required ulong AnonymousBytes { get; init; }

    /// <summary>Of them, private mappings of files.</summary>
    public required ulong PrivateFileBytes { get; init; }

    /// <summary>Of them, what is shared (<c>MAP_SHARED</c>), with or without a file. checkpointctl's "shared memory size".</summary>
    public required ulong SharedBytes { get; init; }

    /// <summary>
    /// Pages that were dumped: memory of the process's own that was written to. Pages of files that it only read are not dumped, shared memory
    /// is dumped apart from it. checkpointctl's "memory size".
    /// </summary>
    public required ulong DumpedBytes { get; init; }

    /// <summary>Of them, those that an earlier checkpoint (podman's <c>--pre-checkpoint</c>) holds and this archive does not.</summary>
    public required ulong ParentBytes { get; init; }
}
