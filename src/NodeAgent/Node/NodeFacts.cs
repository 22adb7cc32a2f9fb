using System.Runtime.InteropServices;

using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>What the kernel tells of the node; the same in a Pod as outside.</summary>
internal static class NodeFacts
{
    /// <summary>Kernel release.</summary>
    public static string Kernel { get; } = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    /// <summary>Architecture, in Go's and so Kubernetes' words.</summary>
    public static string Arch { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        var other => other.ToString(),
    };

    /// <summary>The processor.</summary>
    public static NodeCpu Cpu() => CpuFeatures.Read(File.ReadAllText("/proc/cpuinfo"));

    /// <summary>Version of control groups: v2 where the node has only that, else v1.</summary>
    public static string Cgroup() => CgroupOf(File.ReadAllText("/proc/1/mountinfo"));

    /// <summary>Version of control groups.</summary>
    /// <param name="mountInfo">The text of the first process' mountinfo.</param>
    internal static string CgroupOf(string mountInfo) =>
        CgroupMount.Parse(mountInfo).Any(mount => mount.MountPoint == "/sys/fs/cgroup" && mount.Controllers.Length == 0) ? "v2" : "v1";

    /// <summary>enforcing, permissive or disabled.</summary>
    public static string SELinux()
    {
        // In the root of the node's first process: a Pod mostly has no selinuxfs.
        const string enforce = "/proc/1/root/sys/fs/selinux/enforce";
        if (!File.Exists(enforce))
            return "disabled";
        return File.ReadAllText(enforce).Trim() == "1" ? "enforcing" : "permissive";
    }
}
