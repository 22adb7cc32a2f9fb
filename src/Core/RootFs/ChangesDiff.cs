using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>Looks the changes of a list up in the tree, and writes them folder by folder.</summary>
internal sealed class ChangesDiff(TreeReader tree, DiffWriter writer, DiffOptions options)
{
    // A folder is written before what is below it, and all that before anything else: these two tell whether something is written already.
    private (RelativePath Path, bool IsFolder)? _last;
    private RelativePath? _wholeFolder;

    internal void Write(IEnumerable<FileChange> changes)
    {
        foreach (var (path, kind, _) in InOrder(changes))
        {
            if (kind != FileChangeKind.Delete)
                Add(path, kind);
            else if (tree.Stat(path) is { Type: FileType.Directory })
                AddMadeAnew(path);
            else
                writer.Delete(path);
        }
    }

    // Folder by folder: GNU tar sets a folder's time when it goes on to the next one, and what comes later would change it again.
    private List<(RelativePath Path, FileChangeKind Kind, int Place)> InOrder(IEnumerable<FileChange> changes)
    {
        List<(RelativePath Path, FileChangeKind Kind, int Place)> found = [];
        foreach (var change in changes)
        {
            // JSON can say null where a change or its path has to be.
            if (change?.Path is not { } name)
                throw new FormatException("a change in the list has no path");
            var path = change is { Path: "/", Kind: FileChangeKind.Modify } ? RelativePath.Root : RelativePath.Parse(name);
            if (!options.Excluded.Any(path.IsAtOrBelow))
                found.Add((path, change.Kind, found.Count));
        }

        found.Sort(static (left, right) => RelativePath.CompareByFolder(left.Path, right.Path) is var order and not 0 ? order : left.Place - right.Place);
        return found;
    }

    private void AddMadeAnew(RelativePath path)
    {
        Add(path, FileChangeKind.Modify);
        writer.Hide(path);
        Add(path, FileChangeKind.Add);
    }

    // A list of changes names a new directory and mostly, again, what is in it.
    private void Add(RelativePath path, FileChangeKind kind)
    {
        if (_wholeFolder is { } whole && path.IsAtOrBelow(whole))
            return;
        if (_last is not { } last || last.Path != path)
            _last = (path, Write(path, FileType.Unknown));
        if (kind != FileChangeKind.Add || !_last.Value.IsFolder)
            return;
        _wholeFolder = path;
        WriteBelow(path);
    }

    private void WriteBelow(RelativePath folder)
    {
        foreach (var child in tree.Root.List(folder))
        {
            if (!options.Excluded.Contains(child.Path) && Write(child.Path, child.Type))
                WriteBelow(child.Path);
        }
    }

    // Whether it is a folder.
    private bool Write(RelativePath path, FileType listed)
    {
        using var entry = tree.Open(path, listed);
        writer.Add(entry);
        return entry.Type == FileType.Directory;
    }
}
