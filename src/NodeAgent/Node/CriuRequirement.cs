using System.Text.RegularExpressions;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>
/// The versions of the kernel and of CRIU that belong together: 3.16 is what restoring into a Pod's namespaces needs anywhere, 4.1 the first that works on
/// Linux 6.13 and later, 4.2 the first that dumps a socket on 6.16 and later.
/// </summary>
internal static partial class CriuRequirement
{
    /// <summary>The oldest kernel: the first with openat2, without which the agent reads no archive.</summary>
    public static readonly Version OldestKernel = new(5, 6);

    /// <summary>Whether a CRIU is new enough for a kernel.</summary>
    /// <param name="criu">CRIU's version, or null.</param>
    /// <param name="kernel">The kernel's release, such as <c>6.12.41-amd64</c>.</param>
    public static bool IsMetBy(string? criu, string? kernel) => Version.TryParse(criu, out Version? version) && version >= For(kernel);

    /// <summary>The oldest CRIU for a kernel.</summary>
    /// <param name="kernel">The kernel's release.</param>
    public static Version For(string? kernel) => KernelVersion(kernel) switch
    {
        { } version when version >= new Version(6, 16) => new Version(4, 2),
        { } version when version >= new Version(6, 13) => new Version(4, 1),
        _ => new Version(3, 16),
    };

    /// <summary>A kernel's version; null where its release does not begin with one.</summary>
    /// <param name="release">The kernel's release.</param>
    public static Version? KernelVersion(string? release) =>
        Version.TryParse(LeadingVersion().Match(release ?? string.Empty).Value, out Version? version) ? version : null;

    [GeneratedRegex("^[0-9]+[.][0-9]+")]
    private static partial Regex LeadingVersion();
}
