using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// One folder as the layers below a diff show it, topmost first. It is reached folder by folder, never by a path through a layer: a link
/// there would lead to files that have another name.
/// </summary>
internal sealed class LowerFolder
{
    private readonly RelativePath _path;
    private readonly List<RootDirectory> _layers;

    private LowerFolder(RelativePath path, List<RootDirectory> layers)
    {
        _path = path;
        _layers = layers;
    }

    internal static LowerFolder Root(IReadOnlyList<RootDirectory> layers) => new(RelativePath.Root, [.. layers]);

    /// <summary>A folder in this one; it shows nothing when there is none.</summary>
    internal LowerFolder Enter(RelativePath child)
    {
        var layers = new List<RootDirectory>();
        foreach (var layer in _layers)
        {
            if (layer.Stat(child) is not { } status)
                continue;
            if (status.Type != FileType.Directory)
                break;
            layers.Add(layer);
            using var reader = new TreeReader(layer);
            using var folder = reader.Open(child);
            if (OverlayLayer.IsOpaque(folder))
                break;
        }

        return new LowerFolder(child, layers);
    }

    /// <summary>What is in the folder.</summary>
    internal IEnumerable<RelativePath> Children()
    {
        var settled = new HashSet<RelativePath>();
        foreach (var layer in _layers)
        {
            using var reader = new TreeReader(layer);
            foreach (var child in layer.List(_path))
            {
                // A layer's whiteout hides the name in those below it.
                if (settled.Add(child.Path) && !IsWhiteout(reader, child))
                    yield return child.Path;
            }
        }
    }

    // Only what may be a whiteout is opened.
    private static bool IsWhiteout(TreeReader reader, DirectoryEntry listed)
    {
        if (reader.Stat(listed.Path) is not { Type: FileType.CharacterDevice } and not { Type: FileType.Regular, Size: 0 })
            return false;
        using var entry = reader.Open(listed.Path, listed.Type);
        return OverlayLayer.IsWhiteout(entry);
    }
}
