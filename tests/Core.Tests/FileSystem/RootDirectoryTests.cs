using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.FileSystem;

public sealed class RootDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RootDirectory _root;

    public RootDirectoryTests() => _root = _folder.Make("root");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_absolute_link_leads_to_the_root_s_own_file()
    {
        _folder.Write("root/etc/passwd", "inside");
        _folder.Link("root/link", "/etc/passwd");
        _folder.Link("root/up", "../../../../etc/passwd");
        Assert.Equal("inside", Read("link"));
        Assert.Equal("inside", Read("up"));

        string Read(string name)
        {
            using var file = _root.OpenFile(RelativePath.Parse(name));
            using var reader = new StreamReader(new FileStream(file, FileAccess.Read));
            return reader.ReadToEnd();
        }
    }

    [Fact]
    public void A_magic_link_is_not_followed()
    {
        using var proc = RootDirectory.Open("/proc");
        Assert.Throws<FileSystemException>(() => proc.OpenFile(RelativePath.Parse("self/exe")));
        Assert.Throws<FileSystemException>(() => proc.OpenDirectory(RelativePath.Parse("self/cwd")));
    }

    [Fact]
    public void A_link_in_a_new_file_s_place_is_not_written_through()
    {
        _folder.Write("outside", "safe");
        _folder.Link("root/file", _folder["outside"]);
        Assert.True(Assert.Throws<FileSystemException>(() => _root.CreateFile(RelativePath.Parse("file"))).IsAlreadyThere);
        Assert.Throws<FileSystemException>(() => _root.OpenFileNoFollow(RelativePath.Parse("file")));
        Assert.Equal("safe", File.ReadAllText(_folder["outside"]));
    }

    [Fact]
    public void A_link_inside_is_followed_only_by_who_asks_for_what_it_leads_to()
    {
        _folder.Write("root/file", "inside");
        _folder.Link("root/link", "file");
        _root.OpenFile(RelativePath.Parse("link")).Dispose();
        Assert.Equal(Errno.ELOOP, Assert.Throws<FileSystemException>(() => _root.OpenFileNoFollow(RelativePath.Parse("link"))).Error);
        Assert.Equal(Errno.ELOOP, Assert.Throws<FileSystemException>(() => _root.ReadFile(RelativePath.Parse("link"), 100)).Error);
    }

    [Fact]
    public void The_directory_itself_is_neither_removed_nor_replaced_nor_opened_as_a_file()
    {
        _folder.Write("root/file");
        var self = RelativePath.Root;
        Assert.Throws<ArgumentException>(() => _root.Remove(self));
        Assert.Throws<ArgumentException>(() => _root.RemoveTree(self));
        Assert.Throws<ArgumentException>(() => _root.CreateFile(self));
        Assert.Throws<ArgumentException>(() => _root.OpenFile(self));
        Assert.Throws<ArgumentException>(() => _root.WriteFileAtomically(self, "x"u8));
        Assert.True(File.Exists(_folder["root/file"]));
    }

    [Fact]
    public async Task A_FIFO_in_a_file_s_place_neither_hangs_nor_opens()
    {
        _folder.Shell("mkfifo root/pipe");
        var opening = Task.Run(() => _root.OpenFile(RelativePath.Parse("pipe")), TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<IOException>(() => opening.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Contains("not a regular file", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_a_link_leaves_its_target()
    {
        _folder.Write("root/target/file");
        _folder.Link("root/link", "target");
        Assert.True(_root.RemoveTree(RelativePath.Parse("link")));
        Assert.True(File.Exists(_folder["root/target/file"]));
        Assert.False(_root.RemoveTree(RelativePath.Parse("link")));
        Assert.False(_root.Remove(RelativePath.Parse("no/such/folder")));
    }

    [Fact]
    public void A_tree_is_removed_however_deep_and_nothing_that_it_links_to()
    {
        _folder.Write("root/kept", "x");
        _folder.Shell("mkdir -p root/deep/$(printf 'd/%.0s' $(seq 600)); ln -s /etc root/deep/d/l; touch root/deep/d/d/f");
        _folder.Link("root/deep/out", "../kept");
        Assert.True(_root.RemoveTree(RelativePath.Parse("deep")));
        Assert.Equal(["kept"], _root.List().Select(entry => entry.Path.ToString()));
    }

    [Fact]
    public void A_mount_point_is_not_crossed_by_removals()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir -p root/a/mnt mounted; touch mounted/precious; mount --bind mounted root/a/mnt");
        try
        {
            Assert.Throws<FileSystemException>(() => _root.RemoveTree(RelativePath.Parse("a")));
            Assert.Throws<FileSystemException>(() => _root.RemoveTree(RelativePath.Parse("a/mnt")));
            Assert.Throws<FileSystemException>(() => _root.Remove(RelativePath.Parse("a/mnt/precious")));
            Assert.True(File.Exists(_folder["mounted/precious"]));
        }
        finally
        {
            _folder.Shell("umount root/a/mnt");
        }
    }

    [Fact]
    public void Folders_are_made_with_their_mode_whatever_the_umask()
    {
        Assert.True(_root.MakeDirectories(RelativePath.Parse("a/b/c"), (UnixFileMode)0x1FF));
        Assert.False(_root.MakeDirectories(RelativePath.Parse("a/b/c")));
        Assert.Equal((UnixFileMode)0x1FF, _root.Stat(RelativePath.Parse("a/b/c"))!.Value.Mode);
    }

    [Fact]
    public void A_file_is_replaced_as_a_whole()
    {
        var name = RelativePath.Parse("d/state");
        _root.MakeDirectories(name.Parent);
        _root.WriteFileAtomically(name, "one"u8);
        _root.WriteFileAtomically(name, "two, longer"u8);
        Assert.Equal("two, longer"u8.ToArray(), _root.ReadFile(name, 100));
        Assert.Throws<IOException>(() => _root.ReadFile(name, 5));
        Assert.Single(_root.List(name.Parent));
    }

    [Fact]
    public async Task A_link_that_comes_and_goes_never_lets_a_file_out()
    {
        _folder.Write("outside/secret", "outside");
        _folder.Write("root/dir/secret", "inside");
        _folder.Link("root/evil", "/../../../../../../../.." + _folder["outside"]);
        using var stop = new CancellationTokenSource();
        var path = RelativePath.Parse("dir/secret");
        var swapping = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    _root.Rename(RelativePath.Parse("dir"), RelativePath.Parse("aside"));
                    _root.Rename(RelativePath.Parse("evil"), RelativePath.Parse("dir"));
                    _root.Rename(RelativePath.Parse("dir"), RelativePath.Parse("evil"));
                    _root.Rename(RelativePath.Parse("aside"), RelativePath.Parse("dir"));
                }
            },
            TestContext.Current.CancellationToken);
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            try
            {
                using var file = _root.OpenFile(path);
                var content = new byte[16];
                var length = RandomAccess.Read(file, content, 0);
                Assert.Equal("inside", System.Text.Encoding.UTF8.GetString(content, 0, length));
                read++;
            }
            catch (FileSystemException)
            {
                // The folder was away for a moment.
            }
        }

        await stop.CancelAsync();
        await swapping;
        Assert.True(read > 0);
    }

    [Fact]
    public void A_magic_link_is_refused_as_a_link()
    {
        using var process = RootDirectory.Open("/proc/self");
        Assert.Equal(Errno.ELOOP, Assert.Throws<FileSystemException>(() => process.OpenDirectory(RelativePath.Parse("cwd"))).Error);
        Assert.Equal(Errno.ELOOP, Assert.Throws<FileSystemException>(() => process.OpenDirectory(RelativePath.Parse("root/etc"))).Error);
    }
}
