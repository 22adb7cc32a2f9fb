namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>How much of an entry a snapshot tells.</summary>
public enum SnapshotDetail
{
    /// <summary>Type, mode, content, attributes: what a refused unpacking has to leave.</summary>
    Content,

    /// <summary>Also owner, inode and time: all of a file that may lose another of its names.</summary>
    Lasting,

    /// <summary>Also the number of names and the change time.</summary>
    Everything,
}
