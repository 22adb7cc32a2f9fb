using System.IO.Compression;

namespace CheckpointOperator.Fuzz.Seeds;

/// <summary>Whole checkpoints in the dialects of the container engines.</summary>
internal static class CheckpointSeeds
{
    internal static IEnumerable<(string Name, byte[] Content)> Create()
    {
        var podman = Base(JsonSeeds.PodmanConfig, JsonSeeds.PodmanSpec).Bytes("rootfs-diff.tar", Diff).Bytes("deleted.files", "[\"/etc/passwd\"]"u8.ToArray()).Folder("volumes")
            .Bytes("volumes/data.tar", new SeedTar().Folder(".").File("x").Finish()).File("network.status", "{}").Finish();
        yield return ("checkpoint/podman", podman);
        yield return ("checkpoint/podman-gzip", Gzip(podman));
        yield return ("checkpoint/crio", Base(JsonSeeds.CrioConfig, JsonSeeds.CrioSpec).Bytes("rootfs-diff.tar", Diff).Bytes("deleted.files", "null"u8.ToArray()).File("stats-dump", "x").Finish());
        yield return ("checkpoint/containerd", Base(JsonSeeds.ContainerdConfig, JsonSeeds.ContainerdSpec)
            .Bytes("rootfs-diff.tar", Gzip(new SeedTar().File("etc/new").File("etc/.wh.passwd", "").Finish())).File("status", "{}").File("status.dump", "{}").File("container.log", "").Finish());
        yield return ("checkpoint/duplicate", Base("{}", "{}").File("config.dump", "{}").Finish());
        yield return ("checkpoint/links", Base("{}", "{}").Symlink("rootfs-diff.tar", "../canary/secret").Symlink("deleted.files", "config.dump").Finish());
        yield return ("checkpoint/link-folder", Base("{}", "{}").Symlink("x", "checkpoint").File("x/inventory.img").Hardlink("y", "checkpoint/inventory.img").Finish());
        yield return ("checkpoint/refused-late", Base("{}", "{}").File("a/b").Folder("c").Symlink("d", "/etc").Finish());
    }

    private static byte[] Diff => new SeedTar().Folder("data").File("data/file", "new\n").Symlink("data/l", "/etc/passwd").File("inside/x").Finish();

    private static SeedTar Base(string config, string spec) => new SeedTar()
        .Folder("checkpoint")
        .Bytes("checkpoint/inventory.img", [0x19, 0x43, 0x56, 0x54, 1, 2, 3, 4])
        .Bytes("checkpoint/pages-1.img", [1, 2, 3])
        .Bytes("checkpoint/pstree.img", CriuSeeds.Tree)
        .File("config.dump", config)
        .File("spec.dump", spec)
        .File("dump.log", "");

    private static byte[] Gzip(byte[] content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.SmallestSize))
            gzip.Write(content);
        return output.ToArray();
    }
}
