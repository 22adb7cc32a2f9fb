namespace CheckpointOperator.Core.FileSystem;

/// <summary>One name in a directory.</summary>
/// <param name="Path">The entry's path below the directory that was asked for its list.</param>
/// <param name="Type">What it is; <see cref="FileType.Unknown"/> where the file system does not say so in its list.</param>
public readonly record struct DirectoryEntry(RelativePath Path, FileType Type);
