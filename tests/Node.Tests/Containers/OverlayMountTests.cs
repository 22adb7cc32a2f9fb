using CheckpointOperator.NodeAgent.Containers;

namespace CheckpointOperator.Node.Tests.Containers;

public sealed class OverlayMountTests
{
    private const string RootFs = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/abc/rootfs";

    [Fact]
    public void The_overlay_of_the_rootfs_is_found()
    {
        OverlayMount? overlay = OverlayMount.Find(Line("lowerdir=/s/2/fs:/s/1/fs,upperdir=/s/3/fs,workdir=/s/3/work"), RootFs);
        Assert.NotNull(overlay);
        Assert.Equal("/s/3/fs", overlay.Upper);
        Assert.Equal(["/s/2/fs", "/s/1/fs"], overlay.Lower);
    }

    [Fact]
    public void Lower_folders_that_are_told_one_by_one_are_found() =>
        Assert.Equal(["/s/2/fs", "/s/1/fs"], OverlayMount.Find(Line("lowerdir+=/s/2/fs,lowerdir+=/s/1/fs,upperdir=/s/3/fs"), RootFs)?.Lower);

    [Fact]
    public void Lower_folders_relative_to_somewhere_are_of_no_use() =>
        Assert.Empty(OverlayMount.Find(Line("lowerdir=2/fs:1/fs,upperdir=/s/3/fs"), RootFs)!.Lower);

    [Theory]
    [InlineData("lowerdir=/a", RootFs)] // read-only: nothing could have changed
    [InlineData("lowerdir=/a,upperdir=/b", "/elsewhere")]
    public void No_overlay_is_null(string options, string path) => Assert.Null(OverlayMount.Find(Line(options), path));

    [Fact]
    public void The_mount_that_lies_on_top_counts() =>
        Assert.Equal("/new", OverlayMount.Find(Line("lowerdir=/a,upperdir=/old") + Line("lowerdir=/a,upperdir=/new"), RootFs)?.Upper);

    private static string Line(string options) => $"99 1 0:50 / {RootFs} rw,relatime shared:7 - overlay overlay rw,{options}\n";
}
