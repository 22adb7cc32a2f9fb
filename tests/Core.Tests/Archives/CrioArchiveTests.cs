using System.Text.Json;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

/// <summary>
/// An archive as CRI-O 1.37.0 (runc 1.3.6, CRIU 4.2.1) was seen to write it for a kubelet 1.36: the same entries in the same order, form and modes, the same
/// members of the JSON files, with other content.
/// </summary>
public sealed class CrioArchiveTests : IDisposable
{
    private const string Config =
        """
        {
          "id": "6ab47cc978b4723323a223cfe7bb5c97e036f541b21583cdadd7a60b590419c4",
          "name": "k8s_counter_counter-0_default_11111111-1111-1111-1111-111111111112_0",
          "rootfsImage": "docker.io/example/workload:dev",
          "rootfsImageRef": "b7b9ca95abe5bdc0ba20b8b721e18de1c79383d7b8816f102ac51b53e0a8f4cb",
          "rootfsImageName": "docker.io/example/workload:dev",
          "runtime": "runc",
          "createdTime": "2026-11-23T19:09:30.136693731Z",
          "checkpointedTime": "2026-11-23T19:09:46.425071177Z",
          "restoredTime": "0001-01-01T00:00:00Z",
          "restored": false
        }
        """;

    private static readonly Dictionary<string, string> Annotations = new()
    {
        ["io.container.manager"] = "cri-o",
        ["io.kubernetes.container.hash"] = "abc",
        ["io.kubernetes.container.name"] = "counter",
        ["io.kubernetes.cri-o.Annotations"] = """{"io.kubernetes.container.hash":"abc","io.kubernetes.container.restartCount":"0"}""",
        ["io.kubernetes.cri-o.ContainerType"] = "container",
        ["io.kubernetes.cri-o.IP.0"] = "10.85.0.3",
        ["io.kubernetes.cri-o.Image"] = "docker.io/example/workload:dev",
        ["io.kubernetes.cri-o.ImageRef"] = "b7b9ca95abe5bdc0ba20b8b721e18de1c79383d7b8816f102ac51b53e0a8f4cb",
        ["io.kubernetes.cri-o.Labels"] =
            """{"io.kubernetes.container.name":"counter","io.kubernetes.pod.name":"counter-0","io.kubernetes.pod.namespace":"default","io.kubernetes.pod.uid":"11111111-1111-1111-1111-111111111112"}""",
        ["io.kubernetes.cri-o.LogPath"] = "/var/log/pods/default_counter-0_11111111-1111-1111-1111-111111111112/counter/0.log",
        ["io.kubernetes.cri-o.MountPoint"] = "/var/lib/containers/storage/overlay/36acb1ed/merged",
        ["io.kubernetes.cri-o.Name"] = "k8s_counter_counter-0_default_11111111-1111-1111-1111-111111111112_0",
        ["io.kubernetes.cri-o.SandboxID"] = "bbdb243d4b805026ad0196ad0c3becfcdfb9e177045b135663a52388f2eac9cf",
        ["io.kubernetes.pod.name"] = "counter-0",
        ["io.kubernetes.pod.namespace"] = "default",
        ["io.kubernetes.pod.uid"] = "11111111-1111-1111-1111-111111111112",
        ["platform-runtime-path.crio.io"] = "",
    };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_tells_all_that_it_is(bool hasDeletions)
    {
        using var archive = Open(hasDeletions);
        ArchiveSummary summary = archive.Inspect(Token);
        Assert.Equal(
            (ArchiveEngine.CriO, "default", "counter-0", "11111111-1111-1111-1111-111111111112", "counter"),
            (summary.Engine, summary.Namespace, summary.Pod, summary.PodUid, summary.Container));
        Assert.Equal(
            ("docker.io/example/workload:dev", "b7b9ca95abe5bdc0ba20b8b721e18de1c79383d7b8816f102ac51b53e0a8f4cb", "runc"),
            (summary.Image, summary.ImageId, summary.Runtime));
        Assert.Equal((ArchiveCompression.None, ArchiveCompression.None, true), (summary.Compression, summary.RootfsDiffCompression, summary.HasProcessImages));
        Assert.Equal((3L, hasDeletions ? 1L : 0L), (summary.ChangedFiles, summary.DeletedFiles));
        Assert.Null(summary.RestoredAt);
    }

    [Fact]
    public void It_is_applied_to_a_root_file_system()
    {
        using var archive = Open(hasDeletions: true);
        using var images = _folder.Make("images");
        archive.ImportWithoutConfig(images, Token);
        Assert.Equal(
            "bind.mounts checkpoint deleted.files dump.log io.kubernetes.cri-o.LogPath rootfs-diff.tar stats-dump", _folder.Shell("echo $(LC_ALL=C ls images)").Trim());

        using var rootfs = _folder.Make("rootfs");
        _folder.Shell("mkdir -p rootfs/etc rootfs/usr/share/python3/deep; echo old > rootfs/changed; touch rootfs/usr/share/python3/deep/file");
        Assert.Equal(1, DeletedFiles.Remove(images, rootfs, null, Token));
        RootFsDiff.Apply(images, rootfs, null, null, Token);
        Assert.Equal("hello /proc/mounts", _folder.Shell("echo $(cat rootfs/changed) $(readlink rootfs/etc/mtab)").Trim());
        Assert.False(Directory.Exists(_folder["rootfs/usr/share/python3"]));
    }

    [Fact]
    public void One_without_deletions_has_no_list_of_them()
    {
        using var archive = Open(hasDeletions: false);
        using var images = _folder.Make("images");
        archive.ImportWithoutConfig(images, Token);
        using var rootfs = _folder.Make("rootfs");
        Assert.Equal(0, DeletedFiles.Remove(images, rootfs, null, Token));
    }

    private CheckpointArchive Open(bool hasDeletions)
    {
        const int OwnerOnly = 0x180;
        string spec = JsonSerializer.Serialize(new { ociVersion = "1.3.0", root = new { path = Annotations["io.kubernetes.cri-o.MountPoint"] }, annotations = Annotations });
        byte[] diff = new HandmadeTar().File("changed", "hello\n").File("data.txt", "81\n").Symlink("etc/mtab", "/proc/mounts").Finish();
        // IMG_COMMON_MAGIC, PSTREE_MAGIC, one message of 2 bytes.
        byte[] pstree = [0x19, 0x43, 0x56, 0x54, 0x30, 0x30, 0x27, 0x50, 2, 0, 0, 0, 8, 1];
        HandmadeTar tar = new HandmadeTar()
            .File("stats-dump", "x").File("dump.log", "(00.000000) Version: 4.2.1\n", OwnerOnly)
            .Folder("checkpoint/", 0x1C0).File("checkpoint/core-1.img", "x").File("checkpoint/descriptors.json", "[]", OwnerOnly)
            .File("checkpoint/inventory.img", "x").File("checkpoint/pages-1.img", "x").Entry("checkpoint/pstree.img", '0', pstree)
            .File("config.dump", Config, OwnerOnly).File("spec.dump", spec, OwnerOnly)
            .File("bind.mounts", """[{"source":"/run/containers/storage/resolv.conf","destination":"/etc/resolv.conf","file_type":"file","permissions":420}]""", OwnerOnly)
            .Entry("rootfs-diff.tar", '0', diff);
        if (hasDeletions)
            tar.File("deleted.files", "[\n  \"/usr/share/python3\"\n]", OwnerOnly);
        File.WriteAllBytes(_folder["archive"], tar.File("io.kubernetes.cri-o.LogPath", "2026-11-23T19:09:46.926846839+00:00 stdout F 81\n").Finish());
        return CheckpointArchive.Open(_folder["archive"]);
    }
}
