using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>What a real podman exports is read, unpacked and applied to what the container was.</summary>
public sealed class PodmanArchiveTests(NodeFixture node)
{
    // podman looks for a changed file at its path on the host, and leaves out one that the host has not: hence /etc/passwd.
    // A busybox image, a container of it that changed its files, and its export beside what it was made from ($folder/image) and became ($folder/became).
    private const string Export = """
        set -eu
        folder=/tmp/podman-$compression
        mkdir -p $folder/image/bin $folder/image/etc $folder/image/data
        cd $folder/image
        cp /usr/bin/busybox bin/
        for name in sh sleep rm ln mkdir chmod echo cat mv; do ln -s busybox bin/$name; done
        echo old > etc/passwd; echo gone > etc/deleted; echo target > data/target; ln -s ../data/target etc/link; mkdir data/folder; echo x > data/folder/file
        tar c . | podman import --quiet - localhost/archive:$compression > /dev/null
        podman run --quiet --detach --network none --name archive-$compression localhost/archive:$compression /bin/sh -c '
          echo new, and longer > /etc/passwd; rm /etc/deleted /etc/link; rm -r /data/folder
          mkdir /data/made; echo made > /data/made/file; chmod 4750 /data/made/file; ln -s ../target /data/made/link
          echo done > /dev/shm/done; while :; do sleep 1; done' > /dev/null
        until podman exec archive-$compression /bin/cat /dev/shm/done > /dev/null 2>&1; do :; done
        podman container checkpoint --leave-running --compress $compression --export $folder/archive.tar archive-$compression > /dev/null
        mkdir $folder/became
        tar c -C "$(podman mount archive-$compression)" bin etc/passwd data | tar x -C $folder/became
        podman unmount archive-$compression > /dev/null
        podman rm --force --time 0 archive-$compression > /dev/null
        """;

    // Every path with type, mode, owner, size and link target.
    private const string List = "cd $tree && find bin etc/passwd data -printf '%P %y %m %U %G %l\\n' | sort && find bin etc/passwd data -type f -exec sha256sum {} + | sort -k 2";

    [Theory]
    [InlineData("none", ArchiveCompression.None)]
    [InlineData("gzip", ArchiveCompression.Gzip)]
    [InlineData("zstd", ArchiveCompression.Zstandard)]
    public async Task An_export_is_unpacked_as_tar_does_and_makes_of_the_image_what_the_container_was(string compression, ArchiveCompression expected)
    {
        string folder = $"/tmp/podman-{compression}";
        await node.RunAsync($"compression={compression}\n{Export}", TimeSpan.FromMinutes(2));
        await node.RunAsync($"mkdir {folder}/ours {folder}/config {folder}/tar");
        // The machine's tar: the node has no zstd.
        (await HostCommand.RunAsync("tar", ["-x", "-C", node.PathOf($"{folder}/tar"), "-f", node.PathOf($"{folder}/archive.tar")], TimeSpan.FromMinutes(1))).OrThrow();

        using var archive = CheckpointArchive.Open(node.PathOf($"{folder}/archive.tar"));
        using var ours = RootDirectory.Open(node.PathOf($"{folder}/ours"));
        using var config = RootDirectory.Open(node.PathOf($"{folder}/config"));
        using var image = RootDirectory.Open(node.PathOf($"{folder}/image"));
        archive.ImportWithoutConfig(ours);
        archive.ImportConfig(config);
        RootFsDiff.Apply(ours, image);
        Assert.True(DeletedFiles.Remove(ours, image) > 0);

        ArchiveSummary summary = archive.Inspect();
        Assert.Equal(ArchiveEngine.Podman, summary.Engine);
        Assert.Equal(expected, summary.Compression);
        Assert.Equal($"archive-{compression}", summary.Container);
        Assert.Equal($"localhost/archive:{compression}", summary.Image);
        Assert.True(summary.Processes >= 1);
        Assert.Equal(summary.Runtime, archive.ReadRuntimeName());
        Assert.Equal("config.dump\nspec.dump\n", await node.RunAsync($"ls {folder}/config"));
        Assert.Equal(string.Empty, await node.RunAsync($"diff --recursive --no-dereference --exclude=config.dump --exclude=spec.dump {folder}/tar {folder}/ours"));
        Assert.Equal(string.Empty, await node.RunAsync($"cmp {folder}/tar/config.dump {folder}/config/config.dump && cmp {folder}/tar/spec.dump {folder}/config/spec.dump"));
        Assert.Equal(await node.RunAsync($"tree={folder}/became; {List}"), await node.RunAsync($"tree={folder}/image; {List}"));
        Assert.Equal("target\n", await node.RunAsync($"cat {folder}/image/data/target; ls {folder}/image/etc | grep -E 'deleted|link' || true"));
    }
}
