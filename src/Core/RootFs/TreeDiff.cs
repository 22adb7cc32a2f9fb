using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// Compares two trees in one walk, in the order of names. A changed entry is written whole; its folders come with it, as in an
/// overlay's upper folder, because a reader changes their times.
/// </summary>
internal sealed class TreeDiff(TreeReader before, TreeReader after, DiffWriter writer, DiffOptions options)
{
    private readonly EntryComparison _comparison = new(before, after, options.AlwaysCompareContent);

    // Folders on the way that did not change themselves and are not written yet.
    private readonly List<RelativePath> _untold = [];

    // For files with several names: the file of the tree before that each has the names of.
    private readonly Dictionary<(ulong Device, ulong Inode), (ulong Device, ulong Inode)> _twins = [];

    internal void Write()
    {
        Add(RelativePath.Root);
        CompareContent(RelativePath.Root);
    }

    private void CompareContent(RelativePath directory)
    {
        var (old, now) = (before.Root.List(directory), after.Root.List(directory));
        for (int i = 0, k = 0; i < old.Count || k < now.Count;)
        {
            var order = i == old.Count ? 1 : k == now.Count ? -1 : RelativePath.ByteOrder.Compare(old[i].Path, now[k].Path);
            var path = order <= 0 ? old[i].Path : now[k].Path;
            i += order <= 0 ? 1 : 0;
            k += order >= 0 ? 1 : 0;
            if (!options.Excluded.Contains(path))
                Compare(path, order <= 0 ? StatOf(before, path) : null, order >= 0 ? StatOf(after, path) : null);
        }
    }

    // A socket means nothing without the process that listens on it, and no archive has them.
    private static FileStatus? StatOf(TreeReader tree, RelativePath path) =>
        tree.Stat(path) is { } status
            ? status.Type == FileType.Socket ? null : status
            : throw new FileSystemException("compare", tree.Root.Describe(path), Errno.ENOENT);

    private void Compare(RelativePath path, FileStatus? old, FileStatus? now)
    {
        if (now is not { } current)
        {
            if (old is not null)
            {
                TellFolders();
                writer.Delete(path);
            }
        }
        else if (old is not { } previous || previous.Type != current.Type)
        {
            AddTree(path);
        }
        else if (current.Type == FileType.Directory)
        {
            CompareDirectory(path, previous, current);
        }
        else if (!_comparison.IsSame(path, previous, current) || !HasSameNames(path, previous, current))
        {
            TellFolders();
            Add(path);
        }
    }

    private void CompareDirectory(RelativePath path, in FileStatus previous, in FileStatus current)
    {
        _untold.Add(path);
        if (!_comparison.IsSame(path, previous, current))
            TellFolders();
        CompareContent(path);
        _untold.Remove(path);
    }

    /// <summary>Whether a file that did not change itself has the same other names as before. If not it becomes a hard link to the one that was met first.</summary>
    private bool HasSameNames(RelativePath path, in FileStatus previous, in FileStatus current)
    {
        if (current is not { Type: FileType.Regular, LinkCount: > 1 })
            return true;
        var old = (previous.Device, previous.Inode);
        if (writer.Archiver.Remember(path, current))
            _twins.Add((current.Device, current.Inode), old);
        return _twins.TryGetValue((current.Device, current.Inode), out var twin) && twin == old;
    }

    private void AddTree(RelativePath path)
    {
        TellFolders();
        if (Add(path) != FileType.Directory)
            return;
        foreach (var child in after.Root.List(path))
        {
            if (!options.Excluded.Contains(child.Path))
                AddTree(child.Path);
        }
    }

    private FileType Add(RelativePath path)
    {
        using var entry = after.Open(path);
        writer.Add(entry);
        return entry.Type;
    }

    private void TellFolders()
    {
        foreach (var folder in _untold)
            Add(folder);
        _untold.Clear();
    }
}
