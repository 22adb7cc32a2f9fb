using System.Text.Unicode;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.RootFs;

/// <summary>Writes changes and deletions in either dialect, straight into the stream.</summary>
internal sealed class DiffWriter : IDisposable
{
    private readonly DiffDialect _dialect;
    private readonly List<string> _deleted = [];

    internal DiffWriter(Stream tar, DiffOptions options, CancellationToken cancellationToken)
    {
        _dialect = options.Dialect;
        // Of the names that a root can have in a tar podman heeds this one alone.
        Archiver = new TreeArchiver(new TarWriter(tar) { RootName = "/"u8.ToArray() }, options.Ids, cancellationToken);
    }

    internal TreeArchiver Archiver { get; }

    /// <summary>Writes one entry as it lies below a root. One that a reader would take for a whiteout is refused: it would delete, not be restored.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="content">Stands in for a file's own where an overlay has it in another layer; it is closed when it is written.</param>
    internal void Add(TreeEntry entry, SafeFileHandle? content = null)
    {
        RefuseWhiteoutName(entry.Path);
        Archiver.Add(entry, content);
        if (entry.Status is { Type: FileType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 })
            throw new NotSupportedException($"'{entry.Name}' is a device 0/0, which in a diff stands for a deleted file; remove it");
    }

    /// <summary>Says that a path is gone.</summary>
    internal void Delete(RelativePath path)
    {
        // JSON has no bytes; an OCI whiteout does.
        if (_dialect == DiffDialect.DeletedFiles && Utf8.IsValid(path.Bytes))
        {
            _deleted.Add($"/{path}");
            return;
        }

        RefuseWhiteoutName(path);
        Archiver.AddMark(path.Parent.Append([.. Whiteout.Prefix, .. path.NameBytes]));
    }

    /// <summary>Says that all that was in a folder before is gone.</summary>
    internal void Hide(RelativePath directory) => Archiver.AddMark(directory.Append(Whiteout.OpaqueName));

    internal DiffResult Complete()
    {
        Archiver.Complete();
        return new DiffResult(Archiver.Entries, Archiver.Bytes, _deleted);
    }

    public void Dispose() => Archiver.Dispose();

    private static void RefuseWhiteoutName(RelativePath path)
    {
        if (path.NameBytes.StartsWith(Whiteout.Prefix))
            throw new NotSupportedException($"'{path.Display}' has a name that in a diff stands for a deleted file; rename it");
    }
}
