namespace CheckpointOperator.Core.Archives;

/// <summary>A change of a container's root file system as an archive lists it. Text is the archive's claim, control characters included.</summary>
public sealed record RootFsChange
{
    /// <summary>The path below the container's root, without a slash before it.</summary>
    public required string Path { get; init; }

    /// <summary>What is there now: <c>file</c>, <c>directory</c>, <c>symbolic link</c> and so on; <c>deleted</c> for what is not there any more.</summary>
    public required string Kind { get; init; }

    /// <summary>The mode's lower 12 bits; 0 for what was deleted.</summary>
    public uint Mode { get; init; }

    /// <summary>The owner; 0 for what was deleted.</summary>
    public uint UserId { get; init; }

    /// <summary>The group; 0 for what was deleted.</summary>
    public uint GroupId { get; init; }

    /// <summary>Bytes of a file's content.</summary>
    public long Size { get; init; }

    /// <summary>A link's target, a hard link's other name; null for others.</summary>
    public string? Target { get; init; }

    /// <summary>SHA-256 of a file's content, in hexadecimal; null for others.</summary>
    public string? Sha256 { get; init; }
}
