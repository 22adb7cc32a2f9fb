using CheckpointOperator.Core.FileSystem;

using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Store;

/// <summary>An archive that is being written: it gets its final name when it is whole and on disk, and is removed when it never is.</summary>
public sealed class PartialArchive : IDisposable
{
    private readonly RootDirectory _folder;
    private readonly RelativePath _temporary;
    private readonly RelativePath _final;
    private bool _finished;

    internal PartialArchive(RootDirectory folder, RelativePath temporary, RelativePath final)
    {
        (_folder, _temporary, _final) = (folder, temporary, final);
        folder.Remove(temporary);
        File = folder.CreateFile(temporary);
    }

    /// <summary>The file, empty at first, open for reading and writing.</summary>
    public SafeFileHandle File { get; }

    /// <summary>Puts it on disk and gives it its final name.</summary>
    public void Finish()
    {
        RandomAccess.FlushToDisk(File);
        _folder.Rename(_temporary, _final);
        _finished = true;
        _folder.Flush();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        File.Dispose();
        if (!_finished)
            _folder.Remove(_temporary);
        _folder.Dispose();
    }
}
