using System.Globalization;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Node;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Finds the files that a container's processes have open or mapped in volumes whose content comes from elsewhere: all but emptyDir.</summary>
/// <param name="node">The node's files.</param>
public sealed class OpenVolumeFiles(NodeRoot node)
{
    private const string Deleted = " (deleted)";

    /// <summary>Whether a container mounts such a volume at all.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="container">The container's name.</param>
    public static bool MayHave(V1Pod pod, string container) => VolumesByMount(pod, container).Count > 0;

    /// <summary>Finds them.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="name">The container's name.</param>
    /// <param name="container">The container on the node.</param>
    /// <param name="processes">Its processes, by their ids on the node; those that end meanwhile are passed over.</param>
    public IReadOnlyList<VolumeFile> Find(V1Pod pod, string name, RunningContainer container, IEnumerable<int> processes)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(processes);
        Dictionary<string, string> volumes = VolumesByMount(pod, name);
        // The innermost mount is the one that a path leads through.
        OciMount[] mounts = [.. (container.Spec.Mounts ?? []).OrderByDescending(mount => mount.Destination.Length)];
        var found = new List<VolumeFile>();
        foreach (string path in processes.SelectMany(OpenPaths).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (mounts.FirstOrDefault(mount => IsBelow(path, mount.Destination)) is { } mount && volumes.TryGetValue(mount.Destination, out string? volume)
                && Describe(volume, mount, path) is { } file)
            {
                found.Add(file);
            }
        }
        return found;
    }

    /// <summary>What lies at a path of a mounted volume; null when it is no regular file. A link in the volume leads nowhere but into it.</summary>
    /// <param name="node">The node's files.</param>
    /// <param name="mount">The mount.</param>
    /// <param name="path">The path below it; empty for the mounted file itself.</param>
    internal static FileStatus? Stat(NodeRoot node, OciMount mount, string path)
    {
        if (!RelativePath.TryParse(mount.Source, out RelativePath source))
            return null;
        FileStatus? status = node.Directory.StatTarget(source);
        if (path.Length > 0)
        {
            if (status is not { Type: FileType.Directory } || !RelativePath.TryParse(path, out RelativePath file))
                return null;
            using RootDirectory volume = node.Directory.OpenDirectory(source);
            status = volume.StatTarget(file);
        }
        return status is { Type: FileType.Regular } ? status : null;
    }

    private VolumeFile? Describe(string volume, OciMount mount, string path)
    {
        string below = path[mount.Destination.Length..].TrimStart('/');
        return Stat(node, mount, below) is { } status
            ? new VolumeFile(volume, mount.Destination, below, status.Size, status.Inode, status.Modified.Seconds, status.Modified.Nanoseconds)
            : null;
    }

    private static Dictionary<string, string> VolumesByMount(V1Pod pod, string container)
    {
        ArgumentNullException.ThrowIfNull(pod);
        HashSet<string> others = [.. (pod.Spec.Volumes ?? []).Where(volume => volume.EmptyDir is null).Select(volume => volume.Name)];
        return pod.Spec.LastingContainers().Where(candidate => candidate.Name == container)
            .SelectMany(candidate => candidate.VolumeMounts ?? [])
            .Where(mount => others.Contains(mount.Name))
            .ToDictionary(mount => mount.MountPath, mount => mount.Name, StringComparer.Ordinal);
    }

    // A container's pivot_root makes its paths, as the kernel tells them, those of the container.
    private static IEnumerable<string> OpenPaths(int process)
    {
        string folder = $"/proc/{process.ToString(CultureInfo.InvariantCulture)}";
        try
        {
            // A link of its own for each mapping that has a file.
            return [.. Directory.EnumerateFileSystemEntries($"{folder}/fd").Concat(Directory.EnumerateFileSystemEntries($"{folder}/map_files"))
                .Select(link => new FileInfo(link).LinkTarget)
                .OfType<string>()
                .Where(path => path.StartsWith('/') && !path.EndsWith(Deleted, StringComparison.Ordinal))];
        }
        catch (Exception gone) when (gone is DirectoryNotFoundException or FileNotFoundException)
        {
            return [];
        }
    }

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/' || folder == "/");
}
