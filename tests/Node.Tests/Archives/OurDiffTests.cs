using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>Our diffs of a container of podman's, applied to its image by others and by ourselves, make the container's files.</summary>
public sealed class OurDiffTests(NodeFixture node, ChangedContainer container) : IClassFixture<ChangedContainer>
{
    private const string FoldersThatWere = "bsdtar sets no time of a folder that was there before";

    private static readonly Deviation[] Bsdtars =
    [
        new("data", "time", FoldersThatWere),
        new("data/replaced", "time", FoldersThatWere),
        new("etc", "time", FoldersThatWere),
        new("new/setuid", "time", "bsdtar takes -0.1 s for 0.1 s"),
    ];

    private static readonly Deviation[] NotListed =
    [
        new(".", "mode, time", "podman's list does not name the root"),
        new("run", "time", "all that changed in it is podman's own"),
    ];

    private static readonly Deviation[] WhiteoutsAreFiles =
    [
        new("data/file-to-folder/.wh..wh..opq", Deviation.Extra, "tar takes a whiteout for a file"),
        new("data/replaced/.wh..wh..opq", Deviation.Extra, "tar takes a whiteout for a file"),
        new("data/replaced/hidden", Deviation.Extra, "tar takes a whiteout for a file"),
        new("data/replaced/below", Deviation.Extra, "tar takes a whiteout for a file"),
        new("data/replaced/below/hidden", Deviation.Extra, "tar takes a whiteout for a file"),
    ];

    [Theory]
    [InlineData("ours")]
    [InlineData("tar")]
    [InlineData("bsdtar")]
    public async Task The_upper_folders_diff_makes_the_containers_files(string program)
    {
        string folder = Write(tar => ContainerDiff.OfUpper(node, container.Overlay, tar));
        (await ApplyAsync(program, folder)).ShouldBe(container.Files, program == "bsdtar" ? [new(".", "time", FoldersThatWere), .. Bsdtars] : []);
    }

    [Theory]
    [InlineData("ours")]
    [InlineData("tar")]
    [InlineData("bsdtar")]
    public async Task The_diff_of_both_trees_makes_the_containers_files(string program)
    {
        string folder = Write(tar => ContainerDiff.OfTrees(node, container.Overlay, tar));
        (await ApplyAsync(program, folder)).ShouldBe(container.Files, program == "bsdtar" ? [new(".", "time", FoldersThatWere), .. Bsdtars] : []);
    }

    [Theory]
    [InlineData("ours")]
    [InlineData("tar")]
    [InlineData("bsdtar")]
    public async Task The_diff_of_podmans_own_list_makes_the_containers_files(string program)
    {
        string changes = await node.RunAsync($"podman diff --format json {container.Name}");
        string folder = Write(tar => ContainerDiff.OfChanges(node, container.Overlay, changes, tar));
        Deviation[] deviations = program switch
        {
            "tar" => [.. NotListed, .. WhiteoutsAreFiles],
            "bsdtar" => [.. NotListed, .. WhiteoutsAreFiles, .. Bsdtars],
            _ => NotListed,
        };
        (await ApplyAsync(program, folder)).ShouldBe(container.Files, deviations);
    }

    [Fact]
    public async Task A_folder_with_files_in_a_files_place_is_told_where_podman_gives_up()
    {
        string name = await container.RunAsync("/bin/sleep 1000000");
        OverlayFolders overlay = await container.OverlayOfAsync(name);
        await node.RunAsync($"cd {overlay.Merged} && rm data/kept && mkdir -p data/kept/below && echo new > data/kept/below/file");
        CommandResult podman = await node.TryAsync($"podman container checkpoint --leave-running --export {container.Folder}/refused.tar {name}");
        Assert.NotEqual(0, podman.ExitCode);
        Assert.Contains("not a directory", podman.Error, StringComparison.Ordinal);

        string folder = Write(tar => ContainerDiff.OfUpper(node, overlay, tar));
        (await ApplyAsync("ours", folder)).ShouldBe(await container.FilesOfAsync(name));
    }

    private string Write(Func<Stream, DiffResult> create)
    {
        string folder = container.MakeFolder("diff");
        using (var tar = File.Create(node.PathOf($"{folder}/{RootFsDiff.FileName}")))
            File.WriteAllBytes(node.PathOf($"{folder}/{DeletedFiles.FileName}"), DeletedFiles.Serialize(create(tar).Deleted));
        return folder;
    }

    private async Task<FileTree> ApplyAsync(string program, string folder)
    {
        string rootfs = await container.CopyImageAsync();
        using (var source = RootDirectory.Open(node.PathOf(folder)))
        using (var root = RootDirectory.Open(node.PathOf(rootfs)))
        {
            DeletedFiles.Remove(source, root);
            if (program == "ours")
                RootFsDiff.Apply(source, root);
            else
                // No other program puts a file where a folder is with something in it.
                root.RemoveTree(RelativePath.Parse("data/folder-to-file"));
        }
        if (program != "ours")
        {
            string[] attributes = program == "tar" ? ["--xattrs-include=*"] : ["-p"];
            string[] arguments = ["-x", "--xattrs", "--numeric-owner", .. attributes, "-C", node.PathOf(rootfs), "-f", node.PathOf($"{folder}/{RootFsDiff.FileName}")];
            (await HostCommand.RunAsync(program, arguments, TimeSpan.FromMinutes(2))).OrThrow();
        }
        return await FileTree.ReadAsync(node, rootfs);
    }
}
