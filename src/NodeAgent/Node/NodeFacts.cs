using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

using CheckpointOperator.Kubernetes.Api.V1Alpha1;

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

    /// <summary>The processor: two nodes whose digests are the same offer the same instructions.</summary>
    public static NodeCpu Cpu()
    {
        string[] lines = File.ReadAllLines("/proc/cpuinfo");
        string[] features = [.. (Field(lines, "flags") ?? Field(lines, "Features") ?? string.Empty)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        byte[] digest = SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(' ', features)));
        return new NodeCpu
        {
            Vendor = Field(lines, "vendor_id") ?? Field(lines, "CPU implementer"),
            FeaturesDigest = $"sha256:{Convert.ToHexStringLower(digest)}",
        };
    }

    /// <summary>enforcing, permissive or disabled.</summary>
    public static string SELinux()
    {
        // In the root of the node's first process: a Pod mostly has no selinuxfs.
        const string enforce = "/proc/1/root/sys/fs/selinux/enforce";
        if (!File.Exists(enforce))
            return "disabled";
        return File.ReadAllText(enforce).Trim() == "1" ? "enforcing" : "permissive";
    }

    private static string? Field(string[] lines, string name) => lines
        .Select(line => line.Split(':', 2))
        .Where(parts => parts.Length == 2 && parts[0].Trim() == name)
        .Select(parts => parts[1].Trim()).FirstOrDefault();
}
