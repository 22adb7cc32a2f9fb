using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Corpus;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.RootFs;

public sealed class DeletedFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DeletedFilesTests() => _folder.Shell("mkdir dir root");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_and_trees_are_removed_and_what_is_gone_already_is_no_fault()
    {
        _folder.Shell("cd root; mkdir -p a/b etc; touch a/b/c etc/x etc/y");
        Assert.Equal(2, Remove("""["/a", "etc/x", "/never/was", "/etc/y/below-a-file"]"""));
        Assert.Equal("etc/y", _folder.Shell("cd root; find . -type f -printf '%P'"));
    }

    [Fact]
    public void A_long_list_is_removed_in_its_order_where_nothing_is_mounted()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        Mounts.Memory(_folder["root"]);
        try
        {
            _folder.Shell("cd root; for g in 1 2 3 4 5; do mkdir -p g$g/e{1..60}/deep; touch g$g/kept g$g/e{1..60}/{a,deep/b}; done; ln -s g1 link; touch -d @1000 g*");
            var list = Enumerable.Range(1, 5).SelectMany(static g => Enumerable.Range(1, 60).Select(e => $"/g{g}/e{e}")).Where(static path => path != "/g1/e60").ToList();
            // Below what is gone by then, once more, through a link, and the link.
            list.InsertRange(150, ["/g2/e1/deep/b", "/g3/e1", "/link/e60", "/g1/e60/a", "/link"]);
            Assert.Equal(301, Remove(System.Text.Json.JsonSerializer.Serialize(list)));
            Assert.Equal("g1/kept g2/kept g3/kept g4/kept g5/kept", string.Join(' ', _folder.Shell("cd root; find . -not -type d -printf '%P\n' | sort").Split('\n', StringSplitOptions.RemoveEmptyEntries)));
            Assert.Equal("1000 1000 1000 1000 1000 ", _folder.Shell("cd root; stat -c %Y g? | tr '\\n' ' '"));
        }
        finally
        {
            Mounts.Detach(_folder["root"]);
        }
    }

    [Fact]
    public void A_deleted_symlink_leaves_its_target()
    {
        _folder.Shell("cd root; mkdir target; touch target/f; ln -s target link; ln -s target/f flink");
        Assert.Equal(2, Remove("""["/link", "/flink"]"""));
        Assert.Equal("target", _folder.Shell("ls root").Trim());
        Assert.True(File.Exists(_folder["root/target/f"]));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"/\"")]
    [InlineData("\".\"")]
    [InlineData("\"..\"")]
    [InlineData("\"/../outside/x\"")]
    [InlineData("\"/etc/../../outside/x\"")]
    [InlineData("\"a\\u0000b\"")]
    public void A_path_that_is_no_file_below_is_refused_before_anything_is_removed(string path)
    {
        _folder.Write("root/a");
        _folder.Write("outside/x");
        var refusal = Assert.Throws<ArchiveRefusedException>(() => Remove($"[\"/a\", {path}]"));
        Assert.Equal(ArchiveRefusal.UnsafeDeletion, refusal.Reason);
        Assert.Equal(1, refusal.Index);
        Assert.True(File.Exists(_folder["root/a"]));
        Assert.True(File.Exists(_folder["outside/x"]));
    }

    [Fact]
    public void A_linked_parent_leads_nowhere_but_into_the_root()
    {
        _folder.Write("outside/x");
        _folder.Link("root/evil", _folder["outside"]);
        _folder.Link("root/evil2", "../outside");
        Assert.Equal(0, Remove("""["/evil/x", "/evil2/x"]"""));
        Assert.True(File.Exists(_folder["outside/x"]));
    }

    [Fact]
    public void A_mount_point_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir root/proc mounted; touch mounted/f; mount --bind mounted root/proc");
        try
        {
            foreach (var path in new[] { "/proc", "/proc/f" })
                Assert.Equal(ArchiveRefusal.UnsafeDeletion, Assert.Throws<ArchiveRefusedException>(() => Remove($"[\"{path}\"]")).Reason);
            Assert.True(File.Exists(_folder["mounted/f"]));
        }
        finally
        {
            _folder.Shell("umount root/proc");
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[[\"/a\"]]")]
    [InlineData("[\"/a\"")]
    [InlineData("[\"/a\"] x")]
    [InlineData("")]
    [InlineData("\"/a\"")]
    public void What_is_no_list_of_paths_is_refused(string json)
    {
        _folder.Write("root/a");
        Assert.Equal(ArchiveRefusal.InvalidJson, Assert.Throws<ArchiveRefusedException>(() => Remove(json)).Reason);
        Assert.True(File.Exists(_folder["root/a"]));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    public void An_empty_list_is_nothing_to_do(string json) => Assert.Equal(0, Remove(json));

    [Fact]
    public void A_missing_list_is_nothing_to_do() => Assert.Equal(0, DeletedFiles.Remove(_folder.Open("dir"), _folder.Open("root")));

    [Fact]
    public void A_written_list_is_read_again()
    {
        _folder.Write("root/ü \"quoted\"");
        File.WriteAllBytes(_folder["dir/deleted.files"], DeletedFiles.Serialize(["/ü \"quoted\""]));
        Assert.Equal(1, DeletedFiles.Remove(_folder.Open("dir"), _folder.Open("root")));
    }

    private int Remove(string json)
    {
        _folder.Write("dir/deleted.files", json);
        return DeletedFiles.Remove(_folder.Open("dir"), _folder.Open("root"));
    }
}
