namespace CheckpointOperator.Core.FileSystem;

/// <summary>Why bytes are no path below a directory.</summary>
internal enum PathFault
{
    None,
    Empty,
    Nul,
    Traversal,

    /// <summary>The directory itself, such as <c>/</c> or <c>./</c>.</summary>
    Root,
}
