using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>Mounts for a test's own folders.</summary>
internal static class Mounts
{
    private const ulong MS_BIND = 4096;
    private const int MNT_DETACH = 2;

    internal static void Memory(string target) => Check(mount("none", target, "tmpfs", 0, "mode=0755"), target);

    internal static void Bind(string source, string target) => Check(mount(source, target, null, MS_BIND, null), target);

    /// <summary>Takes a mount, and all that is mounted in it, out of the tree.</summary>
    internal static void Detach(string target) => Check(umount2(target, MNT_DETACH), target);

    private static void Check(int result, string target) =>
        Assert.True(result == 0, $"{target}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int mount(string source, string target, string? type, ulong flags, string? data);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int umount2(string target, int flags);
}
