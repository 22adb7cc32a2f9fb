using System.Formats.Tar;
using System.Security.Cryptography;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Restores;
using CheckpointOperator.NodeAgent.Store;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Restores;

/// <summary>Volumes that several restored containers mount get the latest checkpoint's content, once.</summary>
public sealed class SharedVolumesTests : IDisposable
{
    private const string PodUid = "7f9619ff-8b86-d011-b42d-00cf4fc964ff";
    private readonly TemporaryNode _node = new();
    private readonly ArchiveStore _store;
    private readonly VolumeRestorer _volumes;

    public SharedVolumesTests()
    {
        _store = new ArchiveStore(_node.Root, _node.Options);
        _volumes = new VolumeRestorer(_node.Root, _node.Options);
        Directory.CreateDirectory(Volume("shared"));
        Directory.CreateDirectory(Volume("own"));
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void The_latest_checkpoint_decides_whichever_container_comes_first()
    {
        File.WriteAllText(Path.Combine(Volume("shared"), "of-an-init-container"), "x");
        (RestoreSource early, RestoreSource late) = (Source("app", 1), Source("proxy", 2));

        Fill(new AuthorizedRestore(new V1Alpha1ContainerRestore(), early, [late], Pod("app", "proxy"), Again: false));
        Assert.Equal(["proxy"], Content("shared"));
        Assert.Equal(["app"], Content("own"));

        // The first one goes on and writes; the second finds what it wrote.
        File.WriteAllText(Path.Combine(Volume("shared"), "written"), "x");
        Fill(new AuthorizedRestore(new V1Alpha1ContainerRestore(), late, [early], Pod("app", "proxy"), Again: false));
        Assert.Equal(["proxy", "written"], Content("shared"));
    }

    [Fact]
    public void A_container_that_starts_from_its_image_keeps_what_it_wrote()
    {
        File.WriteAllText(Path.Combine(Volume("shared"), "of-a-fresh-container"), "x");
        Fill(new AuthorizedRestore(new V1Alpha1ContainerRestore(), Source("app", 1), [], Pod("app", "fresh"), Again: false));
        Assert.Equal(["app", "of-a-fresh-container"], Content("shared"));
    }

    [Fact]
    public void A_container_that_is_restored_again_has_its_own_volumes_as_they_were_and_leaves_those_of_others()
    {
        RestoreSource source = Source("app", 1);
        Fill(new AuthorizedRestore(new V1Alpha1ContainerRestore(), source, [], Pod("app", "fresh"), Again: false));
        foreach (string volume in (string[])["own", "shared"])
        {
            File.Delete(Path.Combine(Volume(volume), "app"));
            File.WriteAllText(Path.Combine(Volume(volume), "later"), "x");
        }

        Fill(new AuthorizedRestore(new V1Alpha1ContainerRestore(), source, [], Pod("app", "fresh"), Again: true));
        Assert.Equal(["app"], Content("own"));
        Assert.Equal(["later"], Content("shared"));
    }

    [Fact]
    public void An_altered_archive_of_the_later_checkpoint_is_refused()
    {
        RestoreSource late = Source("proxy", 2);
        late.Checkpoint.Status.Archive!.Digest = $"sha256:{new string('0', 64)}";
        Assert.Throws<ArchiveUnusableException>(() => Fill(new AuthorizedRestore(new V1Alpha1ContainerRestore(), Source("app", 1), [late], Pod("app", "proxy"), Again: false)));
        Assert.Empty(Content("shared"));
    }

    private void Fill(AuthorizedRestore restore)
    {
        string folder = $"/run/images-{Guid.NewGuid():N}";
        Directory.CreateDirectory(_node.On(folder));
        using RootDirectory images = RootDirectory.Open(_node.On(folder));
        File.WriteAllBytes(_node.On("/archive.tar"), Archive(restore.Container));
        using (var archive = Core.Archives.CheckpointArchive.Open(_node.On("/archive.tar")))
            archive.ImportWithoutConfig(images, TestContext.Current.CancellationToken);
        new SharedVolumes(_store, _volumes, _node.Options).TakeLatest(restore, images, TestContext.Current.CancellationToken);
        _volumes.Fill(images, restore);
    }

    private RestoreSource Source(string container, int minute)
    {
        byte[] archive = Archive(container);
        string uid = Guid.NewGuid().ToString("D");
        using (PartialArchive partial = _store.Begin(uid))
        {
            RandomAccess.Write(partial.File, archive, 0);
            partial.Finish();
        }

        return new RestoreSource(container, new V1Alpha1ContainerCheckpoint
        {
            Metadata = new V1ObjectMeta { Uid = uid, Name = container },
            Status = new ContainerCheckpointStatus
            {
                CompletionTime = DateTime.UnixEpoch.AddMinutes(minute),
                Archive = new ArchiveStatus { Digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(archive))}" },
            },
        });
    }

    // "app" mounts both volumes, any other container the shared one.
    private static V1Pod Pod(params string[] containers) => new()
    {
        Metadata = new V1ObjectMeta { Uid = PodUid },
        Spec = new V1PodSpec
        {
            Containers =
            [
                .. containers.Select(name => new V1Container
                {
                    Name = name,
                    VolumeMounts = [.. (name == "app" ? new[] { "shared", "own" } : ["shared"]).Select(volume => new V1VolumeMount { Name = volume, MountPath = $"/{volume}" })],
                }),
            ],
            Volumes = [.. new[] { "shared", "own" }.Select(volume => new V1Volume { Name = volume, EmptyDir = new V1EmptyDirVolumeSource() })],
        },
    };

    private string Volume(string name) => _node.On($"{_node.Options.Value.KubeletRoot}/pods/{PodUid}/volumes/kubernetes.io~empty-dir/{name}");

    private IEnumerable<string> Content(string volume) => Directory.EnumerateFiles(Volume(volume)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    // Each volume holds a file of the container's name.
    private static byte[] Archive(string container)
    {
        byte[] content = Tar((container, "x"u8.ToArray()));
        return Tar(("config.dump", "{}"u8.ToArray()), ("spec.dump", "{}"u8.ToArray()), ("checkpoint/inventory.img", [1]), ("volumes/shared.tar", content), ("volumes/own.tar", content));
    }

    private static byte[] Tar(params (string Name, byte[] Content)[] files)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        return tar.ToArray();
    }
}
