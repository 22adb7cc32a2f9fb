using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>What podman's options put into an archive or leave out of it.</summary>
public sealed class PodmanOptionTests(NodeFixture node, ChangedContainer container) : IClassFixture<ChangedContainer>
{
    private const string IsFree = "/bin/flock --nonblock /tmp/lock /bin/sleep 0";

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
        // One process sends numbers to another, which echoes them, over TCP. All wait in read(): a dump interrupts other system calls for good.
        string connected = await container.RunAsync("""
            /bin/sh -c "
              /bin/nc -l -p 7000 -e /bin/sh -c 'while read line; do echo \$line > /dev/shm/echoed; echo \$line; done' &
              /bin/busybox mkfifo /tmp/fifo; /bin/flock /tmp/lock /bin/cat <> /tmp/fifo &
              until /bin/busybox netstat -ltn | /bin/busybox grep -q :7000; do :; done
              exec /bin/nc 127.0.0.1 7000 -e /bin/sh -c 'i=0; while :; do i=\$((i+1)); echo \$i; read back; /bin/sleep 0.05; done'"
            """);
        await node.RunAsync($"until podman exec {connected} /bin/busybox grep -q . /dev/shm/echoed 2> /dev/null; do :; done");
        await node.RunAsync($"while podman exec {connected} {IsFree}; do :; done");
        string folder = container.MakeFolder("connected");
        string checkpoint = $"podman container checkpoint --compress none --export {folder}/export.tar {connected}";
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.RunAsync(checkpoint));
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.RunAsync($"{checkpoint} --tcp-established"));
        // The container ends with this one.
        await node.RunAsync($"{checkpoint} --tcp-established --file-locks");

        OverlayFolders overlay = await container.OverlayOfAsync(connected);
        OurArchive.Rewrite(node, $"{folder}/export.tar", folder, $"{folder}/ours.tar", tar => ContainerDiff.OfUpper(node, overlay, tar).Deleted);
        long before = long.Parse(await node.RunAsync($"tar xOf {folder}/export.tar devshm-checkpoint.tar | tar xO ./echoed"), null);
        await node.RunAsync($"""
            set -e
            ls {folder}/checkpoint/tcp-stream-*.img {folder}/checkpoint/filelocks.img
            podman rm {connected}
            podman container restore --tcp-established --file-locks --import {folder}/ours.tar
            until [ "$(podman exec {connected} /bin/cat /dev/shm/echoed)" -gt {before} ]; do :; done
            """);
        Assert.Contains("ESTABLISHED", await node.RunAsync($"podman exec {connected} /bin/busybox netstat -tn"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await node.TryAsync($"podman exec {connected} {IsFree}")).ExitCode);
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
