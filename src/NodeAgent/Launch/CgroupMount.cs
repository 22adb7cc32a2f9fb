namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>A mounted control group hierarchy.</summary>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="Root">The part of the hierarchy that is mounted there.</param>
/// <param name="Controllers">The names by which <c>/proc/PID/cgroup</c> calls it: a v1 hierarchy's controllers, nothing for v2.</param>
internal sealed record CgroupMount(string MountPoint, string Root, string Controllers)
{
    private static readonly HashSet<string> GenericOptions = new(StringComparer.Ordinal) { "rw", "ro", "xattr", "clone_children", "noprefix" };

    /// <summary>Every hierarchy of a <c>/proc/PID/mountinfo</c>, where it was mounted first: CRIU mounts each again for the time of a restore.</summary>
    /// <param name="mountInfo">Its text.</param>
    public static IEnumerable<CgroupMount> Parse(string mountInfo) => Launch.MountPoint.Parse(mountInfo)
        .Where(mount => mount.FileSystem is "cgroup" or "cgroup2")
        .Select(mount => new CgroupMount(mount.Path, mount.Root, mount.FileSystem == "cgroup2" ? string.Empty : ControllersOf(mount)))
        .DistinctBy(mount => mount.Controllers);

    private static string ControllersOf(MountPoint mount) => string.Join(',', mount.SuperOptions.Split(',').Where(option => !IsGeneric(option)));

    private static bool IsGeneric(string option) =>
        GenericOptions.Contains(option) || option.StartsWith("release_agent=", StringComparison.Ordinal);
}
