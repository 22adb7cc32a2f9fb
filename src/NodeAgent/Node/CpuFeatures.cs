using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;

using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>
/// What a processor offers to programs. A program that found a feature when it started (an instruction, a wider register) goes on using it wherever it is
/// restored; what only the kernel uses, or knows of its faults, differs between kernels and does not matter.
/// </summary>
internal static class CpuFeatures
{
    private const int ExtendedStateLeaf = 0xD;

    // Arm's line "Features" names what programs may use and nothing else; Intel's and AMD's "flags" names much more.
    private static readonly string[] Prefixes = ["sse", "ssse", "avx", "amx", "bmi", "xsave", "sm3", "sm4", "sha"];
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "fpu", "cx8", "cmov", "fxsr", "mmx", "mmxext", "fxsr_opt", "pni", "pclmulqdq", "fma", "fma4", "xop", "tbm", "cx16", "movbe", "popcnt", "aes", "f16c",
        "rdrand", "rdseed", "adx", "lahf_lm", "abm", "misalignsse", "3dnow", "3dnowext", "3dnowprefetch", "fsgsbase", "hle", "rtm", "tsxldtrk", "mpx", "clflush",
        "clflushopt", "clwb", "cldemote", "clzero", "xgetbv1", "vaes", "vpclmulqdq", "gfni", "rdpid", "rdtscp", "movdiri", "movdir64b", "enqcmd", "serialize",
        "waitpkg", "pku", "ospke", "user_shstk", "syscall", "lm",
    };

    /// <summary>Reads them.</summary>
    /// <param name="cpuInfo">The text of <c>/proc/cpuinfo</c>.</param>
    public static NodeCpu Read(string cpuInfo)
    {
        string[] lines = cpuInfo.Split('\n');
        string[] all = Words(Field(lines, "flags") ?? Field(lines, "Features"));
        byte[] digest = SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(' ', all)));
        return new NodeCpu
        {
            Vendor = Field(lines, "vendor_id") ?? Field(lines, "CPU implementer"),
            FeaturesDigest = $"sha256:{Convert.ToHexStringLower(digest)}",
            Features = Field(lines, "flags") is null ? all : [.. all.Where(IsForPrograms)],
            ExtendedStateBytes = ExtendedState(),
        };
    }

    private static bool IsForPrograms(string flag) =>
        Names.Contains(flag) || Prefixes.Any(prefix => flag.StartsWith(prefix, StringComparison.Ordinal));

    // The size for the features that the kernel turned on: what CRIU compares as xsave_size.
    private static int? ExtendedState()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < ExtendedStateLeaf)
            return null;
        return X86Base.CpuId(ExtendedStateLeaf, 0).Ebx;
    }

    private static string[] Words(string? text) =>
        [.. (text ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string? Field(string[] lines, string name) => lines
        .Select(line => line.Split(':', 2))
        .Where(parts => parts.Length == 2 && parts[0].Trim() == name)
        .Select(parts => parts[1].Trim()).FirstOrDefault();
}
