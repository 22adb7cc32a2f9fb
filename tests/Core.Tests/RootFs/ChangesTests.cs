using System.Text.Json;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.RootFs;

public sealed class ChangesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_modified_file_is_found_under_the_root_not_on_the_host()
    {
        // The host has a folder at that path; the Go original looks there and leaves the file out.
        _folder.Write("root/tmp", "a file in the container");
        Assert.Equal("tmp", Names(new FileChange("/tmp", FileChangeKind.Modify)));
    }

    [Fact]
    public void A_new_folder_comes_with_all_in_it_once_and_a_changed_one_alone()
    {
        _folder.Shell("mkdir -p root/new/sub root/changed; touch root/new/sub/f root/changed/untouched");
        Assert.Equal(
            "changed/ new/ new/sub/ new/sub/f",
            Names(new("/new", FileChangeKind.Add), new("/new/sub", FileChangeKind.Add), new("/new/sub/f", FileChangeKind.Add), new("/changed", FileChangeKind.Modify)));
    }

    [Fact]
    public void Changes_are_written_folder_by_folder_whatever_their_order()
    {
        _folder.Shell("mkdir -p root/a; touch root/a/b root/a/c root/a-b");
        Assert.Equal(
            "a/ a/b a/c a-b",
            Names(new("/a-b", FileChangeKind.Modify), new("/a/c", FileChangeKind.Modify), new("/a", FileChangeKind.Modify), new("/a/b", FileChangeKind.Modify)));
    }

    [Fact]
    public void What_is_listed_more_than_once_is_written_once()
    {
        _folder.Shell("mkdir -p root/a/b root/d root/e-; touch root/a/b/c root/a-b root/d/x root/e root/e-/y");
        Assert.Equal(
            "a/ a/b/ a/b/c a-b d/ d/x e e-/",
            Names(
                new("/e", FileChangeKind.Add), new("/a/b/c", FileChangeKind.Add), new("/a", FileChangeKind.Add), new("/a/b", FileChangeKind.Modify), new("/a-b", FileChangeKind.Modify),
                new("/d", FileChangeKind.Modify), new("/d", FileChangeKind.Add), new("/e", FileChangeKind.Modify), new("//a/./b", FileChangeKind.Add), new("/e-", FileChangeKind.Modify)));
    }

    [Fact]
    public void The_whole_list_is_checked_before_anything_is_written()
    {
        _folder.Shell("mkdir root; touch root/a");
        using var tar = new MemoryStream();
        Assert.Throws<FormatException>(() => RootFsDiff.CreateFromChanges([new("/a", FileChangeKind.Add), new("/b/../c", FileChangeKind.Add)], _folder.Open("root"), tar));
        Assert.Equal(0, tar.Length);
    }

    [Fact]
    public void The_root_s_own_mode_can_be_a_change()
    {
        _folder.Shell("mkdir -m 711 root; mkdir out");
        Assert.Equal("/", Names(new FileChange("/", FileChangeKind.Modify)));
        using (var tar = File.OpenRead(_folder["diff.tar"]))
            RootFsDiff.Apply(tar, _folder.Open("out"));
        Assert.Equal("711", _folder.Shell("stat -c %a out").Trim());
    }

    [Fact]
    public void Deleted_paths_are_handed_back()
    {
        Directory.CreateDirectory(_folder["root"]);
        var result = RootFsDiff.CreateFromChanges([new("/a", FileChangeKind.Delete), new("b/./c", FileChangeKind.Delete)], _folder.Open("root"), new MemoryStream());
        Assert.Equal(["/a", "/b/c"], result.Deleted);
        Assert.Equal(0, result.Changed);
    }

    [Theory]
    [InlineData("replaced")]
    [InlineData("replaced/made replaced")]
    public void A_folder_that_is_listed_as_deleted_and_is_there_was_made_anew(string added)
    {
        // So does podman's list tell of a folder that was deleted and made again, and of an empty one that took a file's place.
        _folder.Shell("mkdir -p root out/replaced/below; touch out/replaced/hidden; mkdir -m 750 root/replaced; touch root/replaced/made; touch root/other; touch out/deleted");
        FileChange[] changes = [new("/deleted", FileChangeKind.Delete), new("/replaced", FileChangeKind.Delete), .. added.Split(' ').Select(path => new FileChange($"/{path}", FileChangeKind.Add))];
        using (var tar = File.Create(_folder["out/diff.tar"]))
            Assert.Equal(["/deleted"], RootFsDiff.CreateFromChanges(changes, _folder.Open("root"), tar).Deleted);
        using (var tar = File.OpenRead(_folder["out/diff.tar"]))
            RootFsDiff.Apply(tar, _folder.Open("out"));
        Assert.Equal("made\n750\n", _folder.Shell("ls out/replaced; stat -c %a out/replaced"));
    }

    [Fact]
    public void A_change_that_is_not_there_is_an_error()
    {
        Directory.CreateDirectory(_folder["root"]);
        var fault = Assert.Throws<FileSystemException>(() => Names(new FileChange("/missing", FileChangeKind.Modify)));
        Assert.Contains("missing", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("""[{"path":null,"kind":"add"}]""")]
    public void A_change_without_a_path_is_an_error(string json)
    {
        _folder.Shell("mkdir root");
        var changes = JsonSerializer.Deserialize<List<FileChange>>(json)!;
        Assert.Throws<FormatException>(() => Names([.. changes]));
    }

    [Fact]
    public void A_change_outside_the_root_is_an_error()
    {
        _folder.Write("outside");
        Directory.CreateDirectory(_folder["root"]);
        Assert.Throws<FormatException>(() => Names(new FileChange("/../outside", FileChangeKind.Add)));
    }

    private string Names(params FileChange[] changes)
    {
        using (var tar = new FileStream(_folder["diff.tar"], FileMode.Create))
            RootFsDiff.CreateFromChanges(changes, _folder.Open("root"), tar);
        return _folder.Shell("echo $(tar -Ptf diff.tar)").Trim();
    }
}
