using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>What a real podman exports is read and unpacked as GNU tar does it.</summary>
public sealed class PodmanArchiveTests(NodeFixture node, ChangedContainer container) : IClassFixture<ChangedContainer>
{
    [Theory]
    [InlineData("none", ArchiveCompression.None)]
    [InlineData("gzip", ArchiveCompression.Gzip)]
    [InlineData("zstd", ArchiveCompression.Zstandard)]
    public async Task An_export_is_unpacked_as_tar_does(string compression, ArchiveCompression expected)
    {
        string file = await container.ExportAsync($"--compress {compression}");
        (string ours, string config, string tar) = (container.MakeFolder("ours"), container.MakeFolder("config"), container.MakeFolder("tar"));
        // The machine's tar: the node has no zstd.
        (await HostCommand.RunAsync("tar", ["-x", "--numeric-owner", "-C", node.PathOf(tar), "-f", node.PathOf(file)], TimeSpan.FromMinutes(1))).OrThrow();

        using var archive = CheckpointArchive.Open(node.PathOf(file));
        using (var folder = RootDirectory.Open(node.PathOf(ours)))
            archive.ImportWithoutConfig(folder);
        using (var folder = RootDirectory.Open(node.PathOf(config)))
            archive.ImportConfig(folder);

        ArchiveSummary summary = archive.Inspect();
        Assert.Equal(ArchiveEngine.Podman, summary.Engine);
        Assert.Equal(expected, summary.Compression);
        Assert.Equal(container.Name, summary.Container);
        Assert.Equal(container.Image, summary.Image);
        Assert.Equal("crun", summary.Runtime);
        // The shell, and its sleep but for a moment.
        Assert.InRange(summary.Processes!.Value, 1, 2);
        Assert.Equal(await node.RunAsync($"tar tf {tar}/rootfs-diff.tar | wc -l"), $"{summary.ChangedFiles}\n");
        Assert.Equal(await node.RunAsync($"grep -c / {tar}/deleted.files"), $"{summary.DeletedFiles}\n");
        Assert.Equal([container.Volume], summary.Volumes);
        Assert.Equal("crun", archive.ReadRuntimeName());

        FileTree expectedTree = (await FileTree.ReadAsync(node, tar)).Without("time", static _ => true);
        FileTree tree = (await FileTree.ReadAsync(node, ours)).Without("time", static _ => true);
        tree.ShouldBe(
            expectedTree,
            new Deviation("config.dump", Deviation.Missing, "the configuration is left out"),
            new Deviation("spec.dump", Deviation.Missing, "the configuration is left out"));
        (await FileTree.ReadAsync(node, config)).Without("time", static _ => true).Where(static path => path != ".")
            .ShouldBe(expectedTree.Where(static path => path is "config.dump" or "spec.dump"));
    }
}
