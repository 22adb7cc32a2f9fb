using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// Reads an overlay's upper folder, or several that lie on each other: files and directories are changes, whiteouts and what opaque
/// directories hide are deletions, the overlay's own attributes stay out.
/// </summary>
internal sealed class UpperDiff(DiffWriter writer, DiffOptions options)
{
    // Only a list names what is hidden.
    private readonly bool _namesHidden = options.Dialect == DiffDialect.DeletedFiles && options.Lower.Count > 0;

    internal void Write(IReadOnlyList<RootDirectory> uppers)
    {
        List<TreeReader> layers = [.. uppers.Select(static upper => new TreeReader(upper))];
        try
        {
            // CRIU wants the root as the process had it, and engines do not agree on its mode (containerd 0755, podman 0555).
            using (var root = layers[0].Open(RelativePath.Root))
                writer.Add(root);
            WriteContent(layers, LowerFolder.Root(options.Lower), RelativePath.Root, isHidden: false);
        }
        finally
        {
            layers.ForEach(static layer => layer.Dispose());
        }
    }

    private void WriteContent(List<TreeReader> layers, LowerFolder lower, RelativePath directory, bool isHidden)
    {
        var topmost = new OrderedDictionary<RelativePath, (int Layer, FileType Type)>();
        for (var i = 0; i < layers.Count; i++)
        {
            foreach (var child in layers[i].Root.List(directory))
                topmost.TryAdd(child.Path, (i, child.Type));
        }

        // Where the folder hides those below, a name is gone only if it was there: below it there may be a link that leads to another folder's.
        var below = isHidden ? (_namesHidden ? lower.Children().ToHashSet() : []) : null;
        foreach (var child in below?.Order(RelativePath.ByteOrder) ?? Enumerable.Empty<RelativePath>())
        {
            if (!topmost.ContainsKey(child) && !options.Excluded.Contains(child))
                writer.Delete(child);
        }

        // One list is in order as it is.
        IEnumerable<KeyValuePair<RelativePath, (int Layer, FileType Type)>> ordered =
            layers.Count == 1 ? topmost : topmost.OrderBy(static child => child.Key, RelativePath.ByteOrder);
        foreach (var (path, (layer, type)) in ordered)
        {
            if (options.Excluded.Contains(path))
                continue;
            if (WriteEntry(layers, layer, lower, path, type, below) is { } folder)
                WriteContent(folder.Layers, folder.Lower, path, folder.IsHidden);
        }
    }

    /// <summary>Writes one entry. Of a directory it tells what its content is to be read from.</summary>
    private (List<TreeReader> Layers, LowerFolder Lower, bool IsHidden)? WriteEntry(
        List<TreeReader> layers, int top, LowerFolder lower, RelativePath path, FileType listed, HashSet<RelativePath>? below)
    {
        using var entry = layers[top].Open(path, listed);
        if (OverlayLayer.IsWhiteout(entry))
        {
            if (below is null || below.Contains(path))
                writer.Delete(path);
            return null;
        }

        switch (entry.Type)
        {
            case FileType.Directory:
                writer.Add(entry);
                return WriteDirectory(layers, top, lower, entry, isHidden: below is not null);
            case FileType.Regular when OverlayLayer.HasNoContent(entry):
                var merged = options.Merged
                    ?? throw new IOException($"the content of '{entry.Name}' is in a lower layer (metacopy); the mounted overlay is needed to read it");
                writer.Add(entry, merged.OpenFileNoFollow(path));
                return null;
            default:
                writer.Add(entry);
                return null;
        }
    }

    private (List<TreeReader> Layers, LowerFolder Lower, bool IsHidden) WriteDirectory(
        List<TreeReader> layers, int top, LowerFolder lower, TreeEntry directory, bool isHidden)
    {
        RefuseRedirect(directory);
        // Those of the upper folders that are seen in it: down to one that is opaque, or that has something else there.
        List<TreeReader> seen = [layers[top]];
        var hides = OverlayLayer.IsOpaque(directory);
        for (var i = top + 1; i < layers.Count && !hides; i++)
        {
            if (layers[i].Stat(directory.Path) is not { } status)
                continue;
            hides = status.Type != FileType.Directory;
            if (hides)
                break;
            using var lowerOne = layers[i].Open(directory.Path, status.Type);
            RefuseRedirect(lowerOne);
            seen.Add(layers[i]);
            hides = OverlayLayer.IsOpaque(lowerOne);
        }

        if (hides && !isHidden && !_namesHidden)
            writer.Hide(directory.Path);
        // A folder in an opaque one is not marked itself, and hides as much.
        return (seen, _namesHidden ? lower.Enter(directory.Path) : lower, isHidden || hides);
    }

    private static void RefuseRedirect(TreeEntry directory)
    {
        if (OverlayLayer.IsRedirected(directory))
        {
            throw new NotSupportedException(
                $"'{directory.Name}' is a directory renamed in place (overlay redirect_dir), which a diff cannot express; mount the overlay with redirect_dir=nofollow");
        }
    }
}
