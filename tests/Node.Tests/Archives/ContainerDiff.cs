using System.Text.Json;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>Our diffs of a container of podman's.</summary>
internal static class ContainerDiff
{
    // What podman makes in every container.
    private static readonly HashSet<RelativePath> Podmans =
        [.. ((string[])["etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf", "run/.containerenv"]).Select(RelativePath.Parse)];

    /// <summary>The diff of its overlay's upper folder.</summary>
    public static DiffResult OfUpper(NodeFixture node, OverlayFolders overlay, Stream tar, DiffDialect dialect = DiffDialect.DeletedFiles)
    {
        using var upper = RootDirectory.Open(node.PathOf(overlay.Upper));
        using var lower = RootDirectory.Open(node.PathOf(overlay.Lower));
        return RootFsDiff.CreateFromUpper(upper, tar, new DiffOptions { Lower = [lower], Excluded = Podmans, Dialect = dialect });
    }

    /// <summary>The diff of the image's files and the container's.</summary>
    public static DiffResult OfTrees(NodeFixture node, OverlayFolders overlay, Stream tar)
    {
        using var before = RootDirectory.Open(node.PathOf(overlay.Lower));
        using var after = RootDirectory.Open(node.PathOf(overlay.Merged));
        return RootFsDiff.CreateFromTrees(before, after, tar, new DiffOptions { Excluded = Podmans });
    }

    /// <summary>The diff of what <c>podman diff --format json</c> lists.</summary>
    public static DiffResult OfChanges(NodeFixture node, OverlayFolders overlay, string json, Stream tar)
    {
        Dictionary<string, string[]> lists = JsonSerializer.Deserialize<Dictionary<string, string[]>>(json)!;
        var changes = lists.SelectMany(list => list.Value.Select(path => new FileChange(path, KindOf(list.Key))))
            // A name that is no UTF-8 is none of the container's any more in JSON. Those here come with their folder, which is new.
            .Where(change => !change.Path.Contains('\ufffd', StringComparison.Ordinal) && !Podmans.Contains(RelativePath.Parse(change.Path)));
        using var merged = RootDirectory.Open(node.PathOf(overlay.Merged));
        return RootFsDiff.CreateFromChanges(changes, merged, tar);
    }

    private static FileChangeKind KindOf(string list) => list switch
    {
        "added" => FileChangeKind.Add,
        "changed" => FileChangeKind.Modify,
        "deleted" => FileChangeKind.Delete,
        _ => throw new InvalidDataException($"podman diff tells of '{list}'"),
    };
}
