using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// Reads an overlay's upper folder, or several that lie on each other: files and directories are changes, whiteouts and what opaque
/// directories hide are deletions, the overlay's own attributes stay out.
/// </summary>
internal sealed class UpperDiff(IReadOnlyList<RootDirectory> uppers, DiffWriter writer, DiffOptions options)
{
    // Only a list names what is hidden.
    private readonly bool _namesHidden = options.Dialect == DiffDialect.DeletedFiles && options.Lower.Count > 0;

    internal void Write()
    {
        // CRIU wants the root as the process had it, and engines do not agree on its mode (containerd 0755, podman 0555).
        writer.Add(uppers[0], RelativePath.Root);
        WriteContent(uppers, LowerFolder.Root(options.Lower), RelativePath.Root, isHidden: false);
    }

    private void WriteContent(IReadOnlyList<RootDirectory> layers, LowerFolder lower, RelativePath directory, bool isHidden)
    {
        var topmost = new Dictionary<RelativePath, int>();
        for (var i = 0; i < layers.Count; i++)
        {
            foreach (var child in layers[i].List(directory))
                topmost.TryAdd(child.Path, i);
        }

        // Where the folder hides those below, a name is gone only if it was there: below it there may be a link that leads to another folder's.
        var below = isHidden ? (_namesHidden ? lower.Children().ToHashSet() : []) : null;
        foreach (var child in below?.Order(RelativePath.ByteOrder) ?? Enumerable.Empty<RelativePath>())
        {
            if (!topmost.ContainsKey(child) && !options.Excluded.Contains(child))
                writer.Delete(child);
        }

        foreach (var (path, layer) in topmost.OrderBy(static child => child.Key, RelativePath.ByteOrder))
        {
            if (!options.Excluded.Contains(path))
                WriteEntry(layers, layer, lower, path, below);
        }
    }

    private void WriteEntry(IReadOnlyList<RootDirectory> layers, int top, LowerFolder lower, RelativePath path, HashSet<RelativePath>? below)
    {
        var upper = layers[top];
        var status = upper.Stat(path) ?? throw new FileSystemException("read", upper.Describe(path), Errno.ENOENT);
        if (OverlayLayer.IsWhiteout(upper, path, status))
        {
            if (below is null || below.Contains(path))
                writer.Delete(path);
            return;
        }

        switch (status.Type)
        {
            case FileType.Directory:
                writer.Add(upper, path);
                WriteDirectory(layers, top, lower, path, isHidden: below is not null);
                break;
            case FileType.Regular when OverlayLayer.HasNoContent(upper, path):
                var merged = options.Merged
                    ?? throw new IOException($"the content of '{upper.Describe(path)}' is in a lower layer (metacopy); the mounted overlay is needed to read it");
                using (var content = merged.OpenFileNoFollow(path))
                    writer.Add(upper, path, content);
                break;
            default:
                writer.Add(upper, path);
                break;
        }
    }

    private void WriteDirectory(IReadOnlyList<RootDirectory> layers, int top, LowerFolder lower, RelativePath path, bool isHidden)
    {
        // Those of the upper folders that are seen in it: down to one that is opaque, or that has something else there.
        var seen = new List<RootDirectory>();
        var hides = false;
        for (var i = top; i < layers.Count && !hides; i++)
        {
            if (layers[i].Stat(path) is not { } status)
                continue;
            hides = status.Type != FileType.Directory;
            if (hides)
                break;
            RefuseRedirect(layers[i], path);
            seen.Add(layers[i]);
            hides = OverlayLayer.IsOpaque(layers[i], path);
        }

        if (hides && !isHidden && !_namesHidden)
            writer.Hide(path);
        // A folder in an opaque one is not marked itself, and hides as much.
        WriteContent(seen, _namesHidden ? lower.Enter(path) : lower, path, isHidden || hides);
    }

    private static void RefuseRedirect(RootDirectory upper, RelativePath path)
    {
        if (OverlayLayer.IsRedirected(upper, path))
        {
            throw new NotSupportedException(
                $"'{upper.Describe(path)}' is a directory renamed in place (overlay redirect_dir), which a diff cannot express; mount the overlay with redirect_dir=nofollow");
        }
    }
}
