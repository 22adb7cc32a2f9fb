using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>podman's rootfs-diff.tar and deleted.files make of the image's files what the container had, as far as podman wrote it down.</summary>
public sealed class PodmanDiffTests(NodeFixture node, ChangedContainer container) : IClassFixture<ChangedContainer>
{
    private static readonly Deviation[] NotWrittenDown =
    [
        new("etc/unknown", "content, time", "podman looks for a changed file at its path on its own machine, and leaves it out if that has none"),
        new("data/folder-mode", "mode", "podman leaves out what changed of a folder itself"),
        new("data/folder-owner", "owner", "podman leaves out what changed of a folder itself"),
        new("data/file-to-folder", Deviation.Missing, "podman lists as deleted what a folder took the place of, and nothing of an empty folder"),
        new(".", "mode", "podman makes an image's root 0555 and tells nothing of it"),
    ];

    [Fact]
    public async Task What_podman_wrote_down_makes_the_containers_files()
    {
        (_, string rootfs) = await ApplyAsync();
        FileTree files = await FileTree.ReadAsync(node, rootfs);
        WithoutTimesOfOtherFolders(files).ShouldBe(WithoutTimesOfOtherFolders(container.Files).InSeconds(), NotWrittenDown);
    }

    [Fact]
    public async Task Tar_makes_the_same_of_it()
    {
        (string unpacked, string rootfs) = await ApplyAsync();
        string tar = await container.CopyImageAsync();
        // tar puts no file where a folder is with something in it.
        await node.RunAsync($$"""
            set -e
            cd {{tar}}
            for path in $(grep -o '/[^"]*' {{unpacked}}/deleted.files) /data/folder-to-file; do rm -r .$path; done
            tar -x --xattrs --xattrs-include='*' --numeric-owner -f {{unpacked}}/rootfs-diff.tar
            """);
        WithoutTimesOfOtherFolders(await FileTree.ReadAsync(node, rootfs)).ShouldBe(WithoutTimesOfOtherFolders(await FileTree.ReadAsync(node, tar)));
    }

    [Fact]
    public async Task Podmans_own_restore_loses_a_folder_that_was_made_anew()
    {
        string file = await container.ExportAsync("--compress none");
        FileTree podman = await container.FilesOfAsync(await container.RestoreAsync(file, "--ignore-volumes"));
        (_, string rootfs) = await ApplyAsync();
        const string Order = "podman deletes what deleted.files names after it has unpacked the diff, the new folder too";
        WithoutTimesOfOtherFolders(await FileTree.ReadAsync(node, rootfs)).ShouldBe(
            WithoutTimesOfOtherFolders(podman),
            new(".", "mode", "podman makes an image's root 0555"),
            new("data/replaced", Deviation.Extra, Order),
            new("data/replaced/made", Deviation.Extra, Order),
            new("new/setuid", "time", "podman sets a time before 1970 to 1970"));
    }

    // Folders that the diff has no entry of: they have the time of what was last made in them.
    private static FileTree WithoutTimesOfOtherFolders(FileTree files) =>
        files.Without("time", static path => path is "." or "data" or "data/folder-mode" or "data/folder-owner" or "data/replaced" or "etc" or "run");

    private async Task<(string Unpacked, string RootFs)> ApplyAsync()
    {
        string file = await container.ExportAsync("--compress none");
        (string unpacked, string rootfs) = (container.MakeFolder("unpacked"), await container.CopyImageAsync());
        using var archive = CheckpointArchive.Open(node.PathOf(file));
        using var images = RootDirectory.Open(node.PathOf(unpacked));
        using var root = RootDirectory.Open(node.PathOf(rootfs));
        archive.ImportWithoutConfig(images);
        DeletedFiles.Remove(images, root);
        RootFsDiff.Apply(images, root);
        return (unpacked, rootfs);
    }
}
