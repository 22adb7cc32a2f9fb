using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>What a real containerd 2 writes when the kubelet asks it for a checkpoint is read, unpacked and applied.</summary>
public sealed class ContainerdArchiveTests(NodeFixture node, ContainerdContainer container) : IClassFixture<ContainerdContainer>
{
    [Fact]
    public async Task It_is_told_whose_checkpoint_it_is_and_what_it_holds()
    {
        string file = await container.CheckpointAsync();
        using var archive = CheckpointArchive.Open(node.PathOf(file));
        ArchiveSummary summary = archive.Inspect();
        Assert.Equal(ArchiveEngine.Containerd, summary.Engine);
        Assert.Equal(ArchiveCompression.None, summary.Compression);
        Assert.Equal(ContainerdContainer.Namespace, summary.Namespace);
        Assert.Equal(ContainerdContainer.Pod, summary.Pod);
        Assert.Equal(ContainerdContainer.PodUid, summary.PodUid);
        Assert.Equal(ContainerdContainer.Name, summary.Container);
        Assert.Equal(container.Id, summary.ContainerId);
        Assert.Equal(ContainerdContainer.Image, summary.Image);
        Assert.Equal("io.containerd.runc.v2", summary.Runtime);
        Assert.Equal("io.containerd.runc.v2", archive.ReadRuntimeName());
        Assert.True(summary.HasProcessImages);
        Assert.InRange(summary.Processes!.Value, 1, 2);
        Assert.Equal(ArchiveCompression.Gzip, summary.RootfsDiffCompression);
        Assert.InRange(summary.CheckpointedAt!.Value - summary.CreatedAt!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        string[] changes = (await node.RunAsync($"tar xOf {file} rootfs-diff.tar | tar tz")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int whiteouts = changes.Count(static path => Path.GetFileName(path).StartsWith(".wh.", StringComparison.Ordinal));
        Assert.Equal(whiteouts, summary.DeletedFiles);
        Assert.Equal(changes.Length - whiteouts, summary.ChangedFiles);
    }

    [Fact]
    public async Task Checkpointctl_tells_the_same_of_it_and_of_ours()
    {
        string theirs = await container.CheckpointAsync(), folder = container.MakeFolder(), list = container.MakeFolder();
        string ours = $"{list}/checkpoint-pod_namespace-container.tar";
        OurArchive.Rewrite(node, theirs, folder, ours, tar => ContainerDiff.OfUpper(node, container.Overlay, tar).Deleted);
        foreach (string file in (string[])[theirs, ours])
        {
            using var archive = CheckpointArchive.Open(node.PathOf(file));
            ArchiveSummary summary = archive.Inspect();
            string[] row = Checkpointctl.Cells(await node.RunAsync($"checkpointctl show {file}"), summary.Container!);
            Assert.Equal([summary.Container!, summary.Image!, summary.ContainerId![..12], summary.Runtime!, Checkpointctl.Time(summary.CreatedAt), "containerd"], row[..6]);
        }
        Assert.Equal(
            [ContainerdContainer.Namespace, ContainerdContainer.Pod, ContainerdContainer.Name, "containerd"],
            Checkpointctl.Cells(await node.RunAsync($"checkpointctl list {list}"), ContainerdContainer.Name)[..4]);
    }

    [Fact]
    public async Task The_processes_in_it_are_told()
    {
        using var archive = CheckpointArchive.Open(node.PathOf(await container.CheckpointAsync()));
        CriuCheckpoint checkpoint = archive.ReadProcesses(CriuParts.AllButEnvironment | CriuParts.Environment);
        CheckpointProcess shell = checkpoint.Processes[0];
        // Its number is any: by CRI's default a Pod's containers share one pid namespace.
        Assert.Equal((0u, "sh", ProcessState.Alive), (shell.ParentPid, shell.Name, shell.State));
        Assert.Equal(["/bin/sh", "-c"], shell.CommandLine!.Take(2));
        Assert.Contains(shell.Environment!, variable => variable.StartsWith("PATH=", StringComparison.Ordinal));
        Assert.Contains(shell.Files!, file => file is { Descriptor: 1, Kind: OpenFileKind.Pipe });
        Assert.Contains(checkpoint.Mounts!, mount => mount is { MountPoint: "/proc", FileSystem: "proc" });
        Assert.True(shell.Memory!.DumpedBytes > 0);
    }

    [Fact]
    public async Task It_is_unpacked_as_tar_does()
    {
        string file = await container.CheckpointAsync();
        (string ours, string config, string tar) = (container.MakeFolder(), container.MakeFolder(), container.MakeFolder());
        await node.RunAsync($"tar -x --numeric-owner -C {tar} -f {file}");
        using var archive = CheckpointArchive.Open(node.PathOf(file));
        using (var folder = RootDirectory.Open(node.PathOf(ours)))
            archive.ImportWithoutConfig(folder);
        using (var folder = RootDirectory.Open(node.PathOf(config)))
            archive.ImportConfig(folder);
        FileTree expected = (await FileTree.ReadAsync(node, tar)).Without("time", static _ => true);
        (await FileTree.ReadAsync(node, ours)).Without("time", static _ => true).ShouldBe(
            expected,
            new("config.dump", Deviation.Missing, "the configuration is left out"),
            new("spec.dump", Deviation.Missing, "the configuration is left out"));
        (await FileTree.ReadAsync(node, config)).Without("time", static _ => true).Where(static path => path != ".")
            .ShouldBe(
                expected.Where(static path => path is "config.dump" or "spec.dump"),
                new Deviation("spec.dump", "mode", "it may hold secrets: ours is root's alone"));
    }

    [Fact]
    public async Task What_it_leaves_of_a_longer_file_behind_its_end_is_not_read()
    {
        // containerd writes over a file that is there without shortening it.
        string fresh = await container.CheckpointAsync();
        string longer = await container.CheckpointAsync(path => node.RunAsync($"cat {fresh} {fresh} {fresh} > {path}"));
        using var archive = CheckpointArchive.Open(node.PathOf(longer));
        ArchiveSummary summary = archive.Inspect();
        Assert.True(summary.FileBytes > 2 * summary.ContentBytes);
        Assert.Equal(await node.RunAsync($"tar tf {longer} | wc -l"), $"{summary.Entries}\n");
    }

    [Fact]
    public async Task Its_diff_makes_the_containers_files()
    {
        (string unpacked, string rootfs) = (container.MakeFolder(), await container.CopyImageAsync());
        using (var archive = CheckpointArchive.Open(node.PathOf(await container.CheckpointAsync())))
        using (var images = RootDirectory.Open(node.PathOf(unpacked)))
        using (var root = RootDirectory.Open(node.PathOf(rootfs)))
        {
            archive.ImportWithoutConfig(images);
            Assert.Equal(0, DeletedFiles.Remove(images, root));
            RootFsDiff.Apply(images, root);
        }
        const string Attributes = "containerd keeps no extended attribute but security.capability";
        (await FileTree.ReadAsync(node, rootfs)).Without("time", IsRoot).ShouldBe(
            container.Files.InSeconds().Without("time", IsRoot),
            new("new", "attribute user.folder", Attributes),
            new("new/a-name", "attribute user.note", Attributes),
            new("new/b-name", "attribute user.note", Attributes),
            new("new/c-name", "attribute user.note", Attributes));

        // The root itself is not in the diff.
        static bool IsRoot(string path) => path == ".";
    }

    [Fact]
    public async Task A_layer_of_ours_is_one_to_containerd()
    {
        string folder = container.MakeFolder();
        await node.RunAsync($"tar c -C {ContainerdContainer.ImageFolder} --xattrs --numeric-owner --format pax -f {folder}/image.tar .");
        using (var tar = File.Create(node.PathOf($"{folder}/changes.tar")))
            Assert.Empty(ContainerDiff.OfUpper(node, container.Overlay, tar, DiffDialect.Whiteouts).Deleted);
        ImageLayout.Write(node.PathOf($"{folder}/layout"), node.PathOf($"{folder}/image.tar"), node.PathOf($"{folder}/changes.tar"));
        await node.RunAsync($$"""
            set -e
            mkdir {{folder}}/mounted
            tar c -C {{folder}}/layout -f {{folder}}/layout.tar .
            {{ContainerdContainer.Ctr}} images import --index-name localhost/layers:1 {{folder}}/layout.tar
            {{ContainerdContainer.Ctr}} images mount localhost/layers:1 {{folder}}/mounted
            """);
        FileTree files = await FileTree.ReadAsync(node, $"{folder}/mounted");
        await node.RunAsync($"{ContainerdContainer.Ctr} images unmount {folder}/mounted");
        const string Mounted = "left out of our diff: containerd makes it to mount upon";
        // containerd itself touches both when it applies a layer.
        files.Without("time", static path => path is "." or "tmp").ShouldBe(
            container.Files.Without("time", static path => path is "." or "tmp"),
            new("etc/hostname", Deviation.Missing, Mounted),
            new("etc/hosts", Deviation.Missing, Mounted),
            new("etc/resolv.conf", Deviation.Missing, Mounted),
            new("new/setuid", "time", "containerd sets a time before 1970 to 1970"));
    }
}
