using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Restores;
using CheckpointOperator.NodeAgent.Store;

using k8s.Models;

using Microsoft.Extensions.Logging.Abstractions;

namespace CheckpointOperator.Node.Tests.Restores;

/// <summary>
/// An archive's claims about mounts, rights, devices, runtime and identity have no effect: a restored container is the live Pod's, and the archive gives it
/// its images and its files.
/// </summary>
public sealed class ClaimsTests : IDisposable
{
    private const string Uid = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
    private const string PodUid = "7f9619ff-8b86-d011-b42d-00cf4fc964ff";
    private const string Id = "0123456789abcdef";
    private const string Bundle = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/" + Id;
    private const string LiveSpec =
        """{"ociVersion":"1.2.0","process":{"noNewPrivileges":true,"capabilities":{}},"root":{"path":"rootfs"},"mounts":[],"annotations":{"io.kubernetes.cri.sandbox-namespace":"mine"},"linux":{"maskedPaths":["/proc/kcore"]}}""";

    private readonly TemporaryNode _node = new();

    public ClaimsTests()
    {
        Directory.CreateDirectory(_node.On(Bundle + "/rootfs/etc"));
        File.WriteAllText(_node.On(Bundle + "/config.json"), LiveSpec);
        Directory.CreateDirectory(_node.On("/outside"));
        File.WriteAllText(_node.On("/outside/secret"), "secret");
    }

    /// <summary>A file of the archive and what it claims.</summary>
    public static TheoryData<string, string> Claims => new()
    {
        { "bind.mounts", """[{"source":"/outside/new","destination":"/x","file_type":"directory","permissions":511}]""" },
        { "bind.mounts", """[{"source":"/outside/secret","destination":"/etc/x","file_type":"file","permissions":511}]""" },
        { "bind.mounts", "no list at all" },
        { "spec.dump", """{"process":{"capabilities":{"effective":["CAP_SYS_ADMIN"]},"noNewPrivileges":false}}""" },
        { "spec.dump", """{"linux":{"maskedPaths":[],"seccomp":null,"devices":[{"path":"/dev/mem","type":"c","major":1,"minor":1}]}}""" },
        { "spec.dump", """{"mounts":[{"destination":"/host","type":"bind","source":"/outside","options":["rbind"]}]}""" },
        { "spec.dump", """{"hooks":{"createRuntime":[{"path":"/outside/program"}]}}""" },
        { "spec.dump", """{"annotations":{"org.criu.config":"/outside/secret"}}""" },
        { "spec.dump", """{"annotations":{"cdi.k8s.io/evil":"vendor.com/device=all"}}""" },
        { "spec.dump", """{"annotations":{"io.kubernetes.cri.sandbox-namespace":"kube-system","io.kubernetes.cri.sandbox-name":"theirs"}}""" },
        { "config.dump", """{"runtime":"/outside/program","rootfsImageName":"evil.example/backdoor:latest"}""" },
        { "criu.conf", "action-script /outside/program\n" },
        { "checkpoint/criu.conf", "action-script /outside/program\n" },
        { "work/restore.log", "restored" },
        { "config.json", """{"process":{}}""" },
        { "checkpoint-operator.json", """{"version":1,"podIps":["10.1.0.5\naction-script /outside/program"],"volumes":[]}""" },
        { "checkpoint-operator.json", """{"version":1,"volumes":[{"name":"data","kind":"emptyDir","dataFolder":"../../../../outside"}]}""" },
        // Two magic numbers, an entry's length, a field's tag and length.
        { "checkpoint/files.img", "MAGICMAG\u0032\0\0\0\u001a\u0030/data/..2026_11_23_11_48_27.1/../../../outside/x" },
        { "volumes/other.tar", "no volume of this Pod" },
        { "volumes/../../outside/new.tar", "" },
    };

    public void Dispose() => _node.Dispose();

    [Theory]
    [MemberData(nameof(Claims))]
    public async Task What_an_archive_claims_has_no_effect(string file, string content)
    {
        string before = Listing();
        try
        {
            RestoreJournalEntry entry = await PrepareAsync(file, content);
            Assert.Equal("tcp-established\nfile-locks\n", File.ReadAllText(_node.On($"{entry.Folder}/criu.conf")));
            Assert.Equal("", File.ReadAllText(_node.On($"{entry.Folder}/work/restore.log")));
            JsonNode spec = JsonNode.Parse(File.ReadAllText(_node.On(Bundle + "/config.json")))!;
            Assert.Equal($"{entry.Folder}/criu.conf", (string?)spec["annotations"]!["org.criu.config"]);
            spec["annotations"]!.AsObject().Remove("org.criu.config");
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(LiveSpec), spec), spec.ToJsonString());
            Assert.Equal("from the diff", File.ReadAllText(_node.On(Bundle + "/rootfs/etc/changed")));
        }
        catch (Core.Archives.ArchiveRefusedException refused)
        {
            Assert.Equal("volumes/../../outside/new.tar", file);
            Assert.Equal(Core.Archives.ArchiveRefusal.PathTraversal, refused.Reason);
            Assert.Equal(LiveSpec, File.ReadAllText(_node.On(Bundle + "/config.json")));
        }

        Assert.Equal(before, Listing());
    }

    // All but the restore's own folder, the archive, the bundle's configuration and the root file system.
    private string Listing() => string.Join('\n', Directory.EnumerateFileSystemEntries(_node.Path, "*", SearchOption.AllDirectories)
        .Select(path => path[_node.Path.Length..])
        .Where(path => !path.StartsWith("/run/checkpoint-operator", StringComparison.Ordinal) && !path.StartsWith("/var", StringComparison.Ordinal)
            && !path.StartsWith(Bundle + "/rootfs/", StringComparison.Ordinal))
        .Select(path => $"{path} {(File.Exists(_node.On(path)) && path != Bundle + "/config.json" ? File.ReadAllText(_node.On(path)) : "")} {File.GetUnixFileMode(_node.On(path))}")
        .Order(StringComparer.Ordinal));

    private async Task<RestoreJournalEntry> PrepareAsync(string file, string content)
    {
        byte[] archive = Archive(file, content);
        var store = new ArchiveStore(_node.Root, _node.Options);
        using (PartialArchive partial = store.Begin(Uid))
        {
            RandomAccess.Write(partial.File, archive, 0);
            partial.Finish();
        }

        var journal = new RestoreJournal(_node.Root, _node.Options);
        using var prepared = new PreparedImages(_node.Root, store, journal, new CriuCpu(new NoProcesses(), _node.Root), TimeProvider.System, NullLogger<PreparedImages>.Instance);
        prepared.Open();
        var volumes = new VolumeRestorer(_node.Root, _node.Options);
        var preparer = new RestorePreparer(
            _node.Root, prepared, journal, volumes, new SharedVolumes(store, volumes, _node.Options), new VolumeFileComparison(_node.Root), new SandboxAddresses(_node.Root, _node.Options), _node.Options,
            NullLogger<RestorePreparer>.Instance);
        var checkpoint = new V1Alpha1ContainerCheckpoint
        {
            Metadata = new V1ObjectMeta { Uid = Uid },
            Status = new ContainerCheckpointStatus { Archive = new ArchiveStatus { Digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(archive))}" } },
        };
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Uid = PodUid },
            Spec = new V1PodSpec
            {
                Containers = [new V1Container { Name = "main", VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }] }],
                Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }],
            },
        };
        var container = new RunningContainer(
            new ContainerId(ContainerId.Containerd, Id), Bundle, "runc", "/run/runc", JsonSerializer.Deserialize<OciSpec>(LiveSpec)!, Encoding.UTF8.GetBytes(LiveSpec));
        var entry = new RestoreJournalEntry
        {
            Namespace = "mine",
            Name = "restore",
            Uid = Uid,
            PodUid = PodUid,
            Container = "main",
            ContainerId = Id,
            Runtime = "runc",
            Root = "/run/runc",
            Folder = journal.FolderFor(Id, archive.Length),
        };
        return await preparer.PrepareAsync(
            new AuthorizedRestore(new V1Alpha1ContainerRestore { Metadata = new V1ObjectMeta { Uid = Uid } }, new RestoreSource("main", checkpoint), [], pod, Again: false), container, entry, TestContext.Current.CancellationToken);
    }

    private static byte[] Archive(string file, string content)
    {
        byte[] diff = Tar(("etc/changed", "from the diff"u8.ToArray()));
        var files = new Dictionary<string, byte[]>
        {
            ["config.dump"] = """{"id":"x","runtime":"runc"}"""u8.ToArray(),
            ["spec.dump"] = "{}"u8.ToArray(),
            ["checkpoint/inventory.img"] = [1],
            ["rootfs-diff.tar"] = diff,
            [file] = Encoding.UTF8.GetBytes(content),
        };
        return Tar([.. files.Select(entry => (entry.Key, entry.Value))]);
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
