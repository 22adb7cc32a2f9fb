using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>Looks the changes of a list up in the tree, and writes them folder by folder.</summary>
internal sealed class ChangesDiff(TreeReader tree, DiffWriter writer, DiffOptions options)
{
    // What was written; of a directory, whether all below it was, too.
    private readonly Dictionary<RelativePath, bool> _written = [];

    internal void Write(IEnumerable<FileChange> changes)
    {
        // Folder by folder: GNU tar sets a folder's time when it goes on to the next one, and what comes later would change it again.
        foreach (var change in changes.OrderBy(SortKey, StringComparer.Ordinal))
        {
            var path = change is { Path: "/", Kind: FileChangeKind.Modify } ? RelativePath.Root : RelativePath.Parse(change.Path);
            if (options.Excluded.Any(path.IsAtOrBelow))
                continue;
            if (change.Kind != FileChangeKind.Delete)
                Add(path, change.Kind, FileType.Unknown);
            else if (tree.Stat(path) is { Type: FileType.Directory })
                AddMadeAnew(path);
            else
                writer.Delete(path);
        }
    }

    // JSON can say null where a change or its path has to be.
    private static string SortKey(FileChange? change) => change?.Path?.Replace('/', '\0') ?? throw new FormatException("a change in the list has no path");

    private void AddMadeAnew(RelativePath path)
    {
        Add(path, FileChangeKind.Modify, FileType.Directory);
        writer.Hide(path);
        Add(path, FileChangeKind.Add, FileType.Directory);
    }

    // A list of changes names a new directory and mostly, again, what is in it.
    private void Add(RelativePath path, FileChangeKind kind, FileType listed)
    {
        var isWritten = _written.TryGetValue(path, out var isWhole);
        if (isWhole || (isWritten && kind != FileChangeKind.Add))
            return;
        using (var entry = tree.Open(path, listed))
        {
            if (!isWritten)
                writer.Add(entry);
            var isFolder = entry.Type == FileType.Directory;
            _written[path] = !isFolder || kind == FileChangeKind.Add;
            if (!isFolder || kind != FileChangeKind.Add)
                return;
        }

        foreach (var child in tree.Root.List(path))
        {
            if (!options.Excluded.Contains(child.Path))
                Add(child.Path, kind, child.Type);
        }
    }
}
