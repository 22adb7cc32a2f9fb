using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>The overlay mount that is a container's root file system.</summary>
/// <param name="Upper">Folder that holds what the container changed.</param>
/// <param name="Lower">The image's folders, topmost first; empty where the mount names them relative to a folder that is not told.</param>
public sealed record OverlayMount(string Upper, IReadOnlyList<string> Lower)
{
    /// <summary>Finds the overlay that is mounted at a path; null when there is none.</summary>
    /// <param name="mountInfo">The text of a <c>/proc/PID/mountinfo</c> of the node.</param>
    /// <param name="path">The path, such as a bundle's rootfs.</param>
    public static OverlayMount? Find(string mountInfo, string path)
    {
        ArgumentNullException.ThrowIfNull(mountInfo);
        MountPoint? mount = MountPoint.Parse(mountInfo).LastOrDefault(candidate => candidate.Path == path && candidate.FileSystem == "overlay");
        if (mount?.Option("upperdir") is not { } upper)
            return null;
        string[] lower = mount.Options("lowerdir+").ToArray() is { Length: > 0 } layers ? layers : mount.Option("lowerdir")?.Split(':') ?? [];
        return new OverlayMount(upper, lower.All(folder => folder.StartsWith('/')) ? lower : []);
    }
}
