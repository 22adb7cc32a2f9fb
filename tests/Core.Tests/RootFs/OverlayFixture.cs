using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.RootFs;

/// <summary>Overlays that the kernel mounts, on a tmpfs of their own because the test's folder may lie on an overlay already.</summary>
internal sealed class OverlayFixture : IDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly List<string> _mounted = [];

    internal OverlayFixture(TemporaryFolder folder)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder = folder;
        _folder.Shell("mkdir fs; mount -t tmpfs none fs");
        _mounted.Add("fs");
    }

    /// <summary>Mounts one; the lower folders, topmost first, and the upper one are names below fs.</summary>
    internal string Mount(string upper, params string[] lower)
    {
        var merged = $"fs/{upper}.merged";
        _folder.Shell(
            $"""
            cd fs; mkdir -p {upper} {upper}.work {upper}.merged
            mount -t overlay none -o lowerdir={string.Join(':', lower)},upperdir={upper},workdir={upper}.work {upper}.merged
            """);
        _mounted.Add(merged);
        return merged;
    }

    internal void Unmount(string merged)
    {
        _folder.Shell($"umount {merged}");
        _mounted.Remove(merged);
    }

    public void Dispose()
    {
        foreach (var mount in Enumerable.Reverse(_mounted))
            _folder.Shell($"umount {mount}");
    }
}
