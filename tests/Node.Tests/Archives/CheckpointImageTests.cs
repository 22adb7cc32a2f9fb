using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>The images that a real podman makes of checkpoints are read in each form in which it saves and pushes them.</summary>
public sealed class CheckpointImageTests(NodeFixture node)
{
    private const string Make = """
        set -eu
        mkdir -p /tmp/$name/base/bin; cd /tmp/$name/base
        cp /usr/bin/busybox bin/; ln -s busybox bin/sh; ln -s busybox bin/sleep
        tar c . | podman import --quiet - localhost/$name-base:1 > /dev/null
        podman run --quiet --detach --network none --name $name localhost/$name-base:1 /bin/sh -c 'echo made > /made; while :; do sleep 1; done' > /dev/null
        until podman exec $name /bin/sh -c '[ -e /made ]'; do :; done
        podman container checkpoint --leave-running --create-image localhost/$name:1 $name > /dev/null
        cd ..
        podman save --quiet --format oci-archive --output oci-archive.tar localhost/$name:1
        podman save --quiet --format oci-dir --output oci-dir localhost/$name:1
        podman push --quiet --compression-format zstd localhost/$name:1 oci:/tmp/$name/zstd
        podman push --quiet --compression-format zstd:chunked localhost/$name:1 oci:/tmp/$name/chunked
        mkdir unpacked; ctr=$(podman create localhost/$name:1 nothing); podman export "$ctr" | tar x -C unpacked
        podman rm "$ctr" > /dev/null; podman rm --force --time 0 $name > /dev/null
        """;

    [Fact]
    public async Task Podman_s_images_are_unpacked_to_what_podman_itself_makes_of_them()
    {
        await node.RunAsync($"name=images\n{Make}", TimeSpan.FromMinutes(3));
        foreach (var (form, compression) in new[]
        {
            ("oci-archive.tar", ArchiveCompression.Gzip), ("oci-dir", ArchiveCompression.Gzip), ("zstd", ArchiveCompression.Zstandard), ("chunked", ArchiveCompression.Zstandard),
        })
        {
            await node.RunAsync("rm -rf /tmp/images/ours; mkdir /tmp/images/ours");
            using var archive = CheckpointArchive.Open(node.PathOf($"/tmp/images/{form}"));
            using var ours = RootDirectory.Open(node.PathOf("/tmp/images/ours"));
            archive.ImportWithoutConfig(ours);
            archive.ImportConfig(ours);
            // What podman adds to every container of an image is none of the checkpoint's.
            Assert.Equal(
                string.Empty,
                await node.RunAsync("cd /tmp/images; for name in $(ls ours); do diff --recursive --no-dereference ours/$name unpacked/$name; done; [ -e ours/checkpoint/inventory.img ] || echo no images"));

            ArchiveSummary summary = archive.Inspect();
            Assert.Equal((ArchiveEngine.Podman, compression, "images", "crun"), (summary.Engine, summary.Compression, summary.Container, summary.Runtime));
            Assert.Equal("images", summary.Annotations["io.podman.annotations.checkpoint.name"]);
            Assert.True(summary.Processes >= 1);
            Assert.Equal(summary.Annotations, archive.ReadMetadata().Annotations);
        }
    }

    [Fact]
    public async Task A_byte_of_a_layer_that_changed_on_its_way_is_found()
    {
        await node.RunAsync($"name=damaged\n{Make}", TimeSpan.FromMinutes(3));
        // The layer is the largest part. gzip's tenth byte names a system and changes nothing of the content: only the digest tells.
        await node.RunAsync("cd /tmp/damaged/oci-dir/blobs/sha256 && printf x | dd of=$(ls -S | sed -n 1p) bs=1 seek=9 conv=notrunc status=none");
        await node.RunAsync("mkdir /tmp/damaged/ours");
        using var archive = CheckpointArchive.Open(node.PathOf("/tmp/damaged/oci-dir"));
        using var destination = RootDirectory.Open(node.PathOf("/tmp/damaged/ours"));
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(destination));
        Assert.Equal(ArchiveRefusal.DigestMismatch, refusal.Reason);
        Assert.Equal(string.Empty, await node.RunAsync("ls /tmp/damaged/ours"));
    }
}
