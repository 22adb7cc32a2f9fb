using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>What podman's options put into an archive or leave out of it.</summary>
public sealed class PodmanOptionTests(NodeFixture node, ChangedContainer container) : IClassFixture<ChangedContainer>
{
    [Fact]
    public async Task Volumes_and_shared_memory_are_unpacked_as_tar_does()
    {
        await node.RunAsync($"cd $(podman volume inspect --format '{{{{.Mountpoint}}}}' {container.Volume}) && ln note hard && ln -s note soft && mkfifo -m 600 fifo && chown 5:6 . && chmod 2770 .");
        string unpacked = await UnpackAsync("");
        foreach (string name in (string[])[$"volumes/{container.Volume}.tar", "devshm-checkpoint.tar"])
        {
            (string ours, string tar) = (container.MakeFolder("ours"), container.MakeFolder("tar"));
            using (var folder = RootDirectory.Open(node.PathOf(ours)))
            using (FileStream file = File.OpenRead(node.PathOf($"{unpacked}/{name}")))
                TreeArchive.Extract(file, folder);
            await node.RunAsync($"tar -x --xattrs --xattrs-include='*' --numeric-owner -C {tar} -f {unpacked}/{name}");
            FileTree expected = await FileTree.ReadAsync(node, tar);
            Assert.Contains("note", expected.Paths);
            Assert.Contains("count", expected.Paths);
            (await FileTree.ReadAsync(node, ours)).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Without_the_root_file_system_nothing_is_changed()
    {
        string unpacked = await UnpackAsync("--ignore-rootfs", static summary => Assert.Null(summary.RootfsDiffBytes));
        string rootfs = await container.CopyImageAsync();
        using (var source = RootDirectory.Open(node.PathOf(unpacked)))
        using (var root = RootDirectory.Open(node.PathOf(rootfs)))
        {
            Assert.Equal(0, DeletedFiles.Remove(source, root));
            Assert.Equal(default, RootFsDiff.Apply(source, root));
        }
        (await FileTree.ReadAsync(node, rootfs)).ShouldBe(container.ImageFiles);
    }

    [Fact]
    public async Task Without_volumes_there_are_none() =>
        await UnpackAsync("--ignore-volumes", static summary => Assert.Empty(summary.Volumes));

    [Fact]
    public async Task A_connection_and_a_lock_go_on_in_an_archive_of_ours()
    {
        var connected = new ConnectedContainer(node, container);
        await connected.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => connected.ExportAsync(string.Empty));
        await Assert.ThrowsAsync<InvalidOperationException>(() => connected.ExportAsync("--tcp-established"));
        await connected.ArchiveAsync();
        long before = long.Parse(await node.RunAsync($"tar xOf {connected.Export} devshm-checkpoint.tar | tar xO ./echoed"), null);
        Assert.Equal("2\n1\n", await node.RunAsync($"cd {connected.Folder}/checkpoint; ls tcp-stream-*.img | wc -l; ls filelocks.img | wc -l"));

        await connected.RestoreAsync();
        await connected.UntilEchoedAsync(before);
        Assert.Contains("ESTABLISHED", await node.RunAsync($"podman exec {connected.Name} /bin/busybox netstat -tn"), StringComparison.Ordinal);
        Assert.False(await connected.IsUnlockedAsync());
    }

    private async Task<string> UnpackAsync(string options, Action<ArchiveSummary>? check = null)
    {
        string unpacked = container.MakeFolder("unpacked");
        using var archive = CheckpointArchive.Open(node.PathOf(await container.ExportAsync($"--compress none {options}")));
        using var folder = RootDirectory.Open(node.PathOf(unpacked));
        archive.ImportWithoutConfig(folder);
        check?.Invoke(archive.Inspect());
        return unpacked;
    }
}
