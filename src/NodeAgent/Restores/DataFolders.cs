using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>The kubelet's timestamped folders (<c>..2026_11_23_11_48_27.3860699532</c>) that an archive's processes know.</summary>
internal sealed partial class DataFolders
{
    private const int MaximumMetadata = 1024 * 1024;
    private const int MaximumFilesImage = 64 * 1024 * 1024;
    private const int LongestName = 64;
    private const int LongestPath = 4096;

    private readonly Dictionary<string, string> _byVolume = new(StringComparer.Ordinal);
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    /// <summary>Reads them: from what the Runtime engine noted, or from the names of open files for others' archives.</summary>
    /// <param name="images">The imported archive.</param>
    public static DataFolders Read(RootDirectory images)
    {
        var folders = new DataFolders();
        foreach (ArchivedVolume volume in ReadMetadata(images)?.Volumes ?? [])
        {
            if (volume.DataFolder is { } name && Form().IsMatch(name))
                folders._byVolume[volume.Name] = name;
        }
        RelativePath files = RelativePath.Parse("checkpoint/files.img");
        if (images.Exists(files))
            folders._paths.UnionWith(FindPaths(images.ReadFile(files, MaximumFilesImage)));
        return folders;
    }

    /// <summary>What the Runtime engine noted; null for others' archives.</summary>
    /// <param name="images">The imported archive.</param>
    public static ArchiveMetadata? ReadMetadata(RootDirectory images)
    {
        RelativePath file = RelativePath.Parse(ArchiveMetadata.FileName);
        return images.Exists(file) ? JsonSerializer.Deserialize(images.ReadFile(file, MaximumMetadata), EnginesJson.Default.ArchiveMetadata) : null;
    }

    /// <summary>The folders of one volume.</summary>
    /// <param name="volume">The volume in the new Pod.</param>
    public IEnumerable<RelativePath> Of(PodVolume volume)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (_byVolume.TryGetValue(volume.Name, out string? noted))
            names.Add(noted);
        foreach (string path in _paths)
        {
            string parent = path[..path.LastIndexOf('/')];
            // Before the name stand its length and tag, which may look like text: so the end decides.
            if (volume.Mounts.Any(mount => parent.EndsWith(mount.Path.Trim('/'), StringComparison.Ordinal)))
                names.Add(path[(path.LastIndexOf('/') + 1)..]);
        }
        return names.Select(RelativePath.Parse);
    }

    /// <summary>Paths of timestamped folders among the names of open files in CRIU's files.img.</summary>
    /// <param name="image">The image: names stand in it as plain bytes.</param>
    internal static IReadOnlyCollection<string> FindPaths(ReadOnlySpan<byte> image)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (int start = 0, found; (found = image[start..].IndexOf("/.."u8)) >= 0; start += found + 1)
        {
            int slash = start + found;
            ReadOnlySpan<byte> name = image[(slash + 1)..Math.Min(image.Length, slash + 1 + LongestName)];
            int end = name.IndexOf((byte)'/');
            if (end < 0 || !Form().IsMatch(Encoding.Latin1.GetString(name[..end])))
                continue;
            ReadOnlySpan<byte> before = image[Math.Max(0, slash - LongestPath)..slash];
            int cut = before.LastIndexOfAnyInRange((byte)0, (byte)' ');
            paths.Add($"{Encoding.UTF8.GetString(before[(cut + 1)..])}/{Encoding.ASCII.GetString(name[..end])}");
        }
        return paths;
    }

    [GeneratedRegex(@"\A\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.\d{1,20}\z")]
    private static partial Regex Form();
}
