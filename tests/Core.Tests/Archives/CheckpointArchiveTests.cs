using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class CheckpointArchiveTests : IDisposable
{
    private const string Config =
        """{"id":"abc","name":"ctr","rootfsImageName":"docker.io/library/redis:7","rootfsImageRef":"sha256:1","runtime":"runc","createdTime":"2026-01-02T03:04:05.678Z","checkpointedTime":"2026-02-02T03:04:05+01:00","restoredTime":"0001-01-01T00:00:00Z"}""";

    private const string CrioSpec =
        """{"annotations":{"io.container.manager":"cri-o","io.kubernetes.cri-o.Labels":"{\"io.kubernetes.pod.name\":\"redis-0\",\"io.kubernetes.pod.namespace\":\"shop\",\"io.kubernetes.pod.uid\":\"u1\",\"io.kubernetes.container.name\":\"redis\"}"}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", ArchiveCompression.None)]
    [InlineData("gzip -c", ArchiveCompression.Gzip)]
    [InlineData("zstd -qc", ArchiveCompression.Zstandard)]
    [InlineData("bzip2 -c", ArchiveCompression.Bzip2)]
    [InlineData("xz -c", ArchiveCompression.Xz)]
    [InlineData("pzstd -qc", ArchiveCompression.Zstandard)]
    public void An_archive_is_read_whatever_its_compression(string compressor, ArchiveCompression expected)
    {
        var path = MakeCrioArchive(compressor);
        using var archive = CheckpointArchive.Open(path);
        Assert.Equal("runc", archive.ReadRuntimeName(TestContext.Current.CancellationToken));
        var inspection = archive.InspectAndHash(TestContext.Current.CancellationToken);
        Assert.Equal(expected, inspection.Summary.Compression);
        Assert.Equal($"sha256:{_folder.Shell($"sha256sum < {path} | cut -d' ' -f1").Trim()}", inspection.Digest);
        Assert.Equal(inspection.Summary, archive.Inspect(TestContext.Current.CancellationToken) with { Volumes = inspection.Summary.Volumes });

        using var destination = _folder.Make("out");
        archive.ImportWithoutConfig(destination, TestContext.Current.CancellationToken);
        Assert.False(File.Exists(_folder["out/config.dump"]));
        Assert.False(File.Exists(_folder["out/spec.dump"]));
        archive.ImportConfig(destination, TestContext.Current.CancellationToken);
        _folder.Shell("diff -r in out");
    }

    [Fact]
    public void Volumes_are_unpacked_alone()
    {
        _folder.Shell("mkdir -p in/volumes in/checkpoint; echo x > in/volumes/data.tar; echo x > in/checkpoint/volumes; echo x > in/volumesX; echo {} > in/config.dump; tar -C in -cf a.tar .");
        using var archive = CheckpointArchive.Open(_folder["a.tar"]);
        using var destination = _folder.Make("out");
        Assert.Equal(2, archive.ImportVolumes(destination, TestContext.Current.CancellationToken).Entries);
        Assert.Equal("./volumes\n./volumes/data.tar\n", _folder.Shell("cd out; find . -mindepth 1 | sort"));
    }

    [Fact]
    public void A_CRI_O_archive_tells_all_that_it_is()
    {
        using var archive = CheckpointArchive.Open(MakeCrioArchive(""));
        var summary = archive.Inspect(TestContext.Current.CancellationToken);
        Assert.Equal(
            new ArchiveSummary
            {
                Engine = ArchiveEngine.CriO,
                Compression = ArchiveCompression.None,
                Namespace = "shop",
                Pod = "redis-0",
                PodUid = "u1",
                Container = "redis",
                ContainerId = "abc",
                Image = "docker.io/library/redis:7",
                ImageId = "sha256:1",
                Runtime = "runc",
                CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
                CheckpointedAt = new DateTimeOffset(2026, 2, 2, 2, 4, 5, TimeSpan.Zero),
                FileBytes = new FileInfo(_folder["archive"]).Length,
                ContentBytes = summary.ContentBytes,
                Entries = 11,
                HasProcessImages = true,
                Processes = 3,
                MemoryBytes = 300_000,
                RootfsDiffBytes = new FileInfo(_folder["in/rootfs-diff.tar"]).Length,
                RootfsDiffCompression = ArchiveCompression.None,
                ChangedFiles = 2,
                DeletedFiles = 2,
                Volumes = summary.Volumes,
            },
            summary);
        Assert.Equal(["data"], summary.Volumes);
    }

    [Fact]
    public void A_containerd_archive_s_layer_and_whiteouts_are_counted()
    {
        _folder.Write("archive", "");
        var layer = new HandmadeTar().Folder("etc/").File("etc/.wh.gone").File("etc/new", "x").File("var/.wh..wh..opq").Finish();
        using (var gzip = new System.IO.Compression.GZipStream(File.Create(_folder["layer"]), System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(layer);
        const string Spec = """{"annotations":{"io.kubernetes.cri.sandbox-namespace":"ns","io.kubernetes.cri.sandbox-name":"pod","io.kubernetes.cri.container-name":"c"}}""";
        File.WriteAllBytes(
            _folder["archive"],
            new HandmadeTar().File("spec.dump", Spec).File("config.dump", Config).File("status.dump", "{}")
                .Entry("rootfs-diff.tar", '0', File.ReadAllBytes(_folder["layer"])).Finish());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        var summary = archive.Inspect(TestContext.Current.CancellationToken);
        Assert.Equal(
            (ArchiveEngine.Containerd, "ns", "pod", "c", ArchiveCompression.Gzip, 2, 2, false),
            (summary.Engine, summary.Namespace, summary.Pod, summary.Container, summary.RootfsDiffCompression, summary.ChangedFiles, summary.DeletedFiles, summary.HasProcessImages));
    }

    [Fact]
    public void A_podman_archive_without_a_Pod_has_podman_s_container_name()
    {
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("config.dump", Config).File("spec.dump", """{"annotations":{"io.container.manager":"libpod"}}""").Finish());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        var summary = archive.Inspect(TestContext.Current.CancellationToken);
        Assert.Equal((ArchiveEngine.Podman, null, "ctr"), (summary.Engine, summary.Pod, summary.Container));
    }

    [Fact]
    public void The_runtime_s_name_is_read_without_what_comes_after()
    {
        // Nothing but a damaged header follows: reading on would fail.
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("checkpoint/pages-1.img", new string('x', 100_000)).File("config.dump", Config).Raw([1, 2, 3]).Unfinished());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        Assert.Equal("runc", archive.ReadRuntimeName(TestContext.Current.CancellationToken));
        Assert.Equal(ArchiveRefusal.Truncated, Assert.Throws<ArchiveRefusedException>(() => archive.Inspect()).Reason);
    }

    [Fact]
    public void Names_that_only_resemble_the_configuration_are_unpacked()
    {
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("./config.dump", "{}").File("config.dump.x").File("spec.dumps").File("d/config.dump").Finish());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        using var destination = _folder.Make("out");
        archive.ImportWithoutConfig(destination, TestContext.Current.CancellationToken);
        Assert.Equal(["config.dump.x", "d", "spec.dumps"], destination.List().Select(entry => entry.Path.ToString()));
    }

    [Fact]
    public void The_link_of_an_incremental_checkpoint_to_the_one_before_stays()
    {
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("pre-checkpoint/pages-1.img").Symlink("checkpoint/parent", "../pre-checkpoint").Finish());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        using var destination = _folder.Make("out");
        archive.ImportWithoutConfig(destination, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(_folder["out/checkpoint/parent/pages-1.img"]));
    }

    [Fact]
    public void A_stale_tail_after_the_end_is_not_read()
    {
        File.WriteAllBytes(_folder["archive"], [.. new HandmadeTar().File("a").Finish(), .. new HandmadeTar().File("stale").Finish()]);
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        using var destination = _folder.Make("out");
        archive.ImportWithoutConfig(destination, TestContext.Current.CancellationToken);
        Assert.Single(destination.List());
    }

    private string MakeCrioArchive(string compressor)
    {
        _folder.Write("in/config.dump", Config);
        _folder.Write("in/spec.dump", CrioSpec);
        _folder.Write("in/deleted.files", """["/a","/b"]""");
        _folder.Write("in/checkpoint/inventory.img", "x");
        // IMG_COMMON_MAGIC, PSTREE_MAGIC, three messages of 2, 0 and 1 bytes.
        byte[] pstree = [0x19, 0x43, 0x56, 0x54, 0x30, 0x30, 0x27, 0x50, 2, 0, 0, 0, 9, 9, 0, 0, 0, 0, 1, 0, 0, 0, 9];
        File.WriteAllBytes(_folder["in/checkpoint/pstree.img"], pstree);
        _folder.Shell("head -c 300000 /dev/urandom > in/checkpoint/pages-1.img; mkdir in/volumes diff; echo x > diff/f; tar -cf in/volumes/data.tar diff; tar -C . -cf in/rootfs-diff.tar diff");
        _folder.Shell($"tar -C in -c . | {(compressor.Length == 0 ? "cat" : compressor)} > archive");
        return _folder["archive"];
    }
}
