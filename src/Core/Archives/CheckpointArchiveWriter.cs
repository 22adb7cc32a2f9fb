using Microsoft.Win32.SafeHandles;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives;

/// <summary>
/// Writes a checkpoint archive, a plain tar, straight into its file: archives inside it are written in place and their size is put into
/// their header afterwards, so that nothing is written twice.
/// </summary>
public sealed class CheckpointArchiveWriter : IDisposable
{
    /// <summary>Starts an archive at the beginning of an open, empty, seekable file. The handle stays the caller's.</summary>
    public CheckpointArchiveWriter(SafeFileHandle output) => throw new NotImplementedException();

    /// <summary>Adds a file, mode 0600, from bytes.</summary>
    public void AddBytes(string name, ReadOnlySpan<byte> content) => throw new NotImplementedException();

    /// <summary>Adds a file, mode 0600, from an open one.</summary>
    public void AddFile(string name, SafeFileHandle content) => throw new NotImplementedException();

    /// <summary>Adds a directory, mode 0700.</summary>
    public void AddDirectory(string name) => throw new NotImplementedException();

    /// <summary>Adds a directory and the regular files in it and below it, such as CRIU's images.</summary>
    public void AddTree(string name, RootDirectory directory) => throw new NotImplementedException();

    /// <summary>Starts a file whose length is not known yet. It ends when the stream is disposed; until then nothing else may be added.</summary>
    public Stream BeginNested(string name) => throw new NotImplementedException();

    /// <summary>Writes the end of the archive. Without it the archive is refused as truncated.</summary>
    /// <returns>The archive's length.</returns>
    public long Complete() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
