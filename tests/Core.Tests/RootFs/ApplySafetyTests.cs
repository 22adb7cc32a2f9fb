using System.Diagnostics;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Corpus;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.RootFs;

/// <summary>What a diff or a list of deletions may not do to a tree that is in use: mount points, half-extracted folders, second names.</summary>
public sealed class ApplySafetyTests : IDisposable
{
    // A POSIX ACL, version 2: user::rwx, user:1000:rwx, group::r-x, mask::rwx, other::r-x.
    private const string Acl =
        "\u0002\0\0\0\u0001\0\u0007\0\u00FF\u00FF\u00FF\u00FF\u0002\0\u0007\0\u00E8\u0003\0\0\u0004\0\u0005\0\u00FF\u00FF\u00FF\u00FF\u0010\0\u0007\0\u00FF\u00FF\u00FF\u00FF\u0020\0\u0005\0\u00FF\u00FF\u00FF\u00FF";

    private readonly TemporaryFolder _folder = new();

    public ApplySafetyTests() => _folder.Shell("mkdir root dir");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("deleted.files")]
    [InlineData(".wh.tree")]
    [InlineData("tree/.wh..wh..opq")]
    [InlineData("tree")]
    public void A_tree_with_a_mount_in_it_is_refused_before_anything_of_it_is_removed(string by)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir -p root/tree/a root/tree/m/below root/tree/z outside; touch root/tree/a/f root/tree/z/f root/first outside/f; mount --bind outside root/tree/m/below");
        try
        {
            var before = _folder.Listing("root");
            var refusal = Assert.Throws<ArchiveRefusedException>(() =>
            {
                if (by == "deleted.files")
                    Remove("""["/first", "/tree"]""");
                else
                    Apply(new HandmadeTar().File(by));
            });
            Assert.Equal(by == "tree" ? ArchiveRefusal.MountInPath : ArchiveRefusal.UnsafeDeletion, refusal.Reason);
            Assert.Equal(before, _folder.Listing("root"));
        }
        finally
        {
            _folder.Shell("umount root/tree/m/below");
        }
    }

    [Fact]
    public void A_bind_mounted_file_is_not_removed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir root/etc; echo inner > root/etc/hosts; echo outer > outer; touch root/etc/other; mount --bind outer root/etc/hosts");
        try
        {
            Assert.Equal(ArchiveRefusal.UnsafeDeletion, Assert.Throws<ArchiveRefusedException>(() => Remove("""["/etc/hosts"]""")).Reason);
            Assert.Equal(ArchiveRefusal.UnsafeDeletion, Assert.Throws<ArchiveRefusedException>(() => Remove("""["/etc"]""")).Reason);
            Assert.Equal(ArchiveRefusal.MountInPath, Assert.Throws<ArchiveRefusedException>(() => Apply(new HandmadeTar().File("etc/hosts", "evil"))).Reason);
            Assert.Equal("outer hosts other", _folder.Shell("echo $(cat root/etc/hosts; ls root/etc)").Trim());
        }
        finally
        {
            _folder.Shell("umount root/etc/hosts");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_entry_meets_is_replaced_whatever_it_is(bool hasMounts)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        Mounts.Memory(_folder["root"]);
        try
        {
            _folder.Shell("mkdir -p root/d/folder/below root/mounted; cd root/d; touch folder/below/x; echo old > file; echo kept > kept; ln kept second; ln -s kept link; mkfifo pipe; ln -s kept other");
            if (hasMounts)
                Mounts.Memory(_folder["root/mounted"]);
            Apply(new HandmadeTar().File("d/file", "1").File("d/link", "2").File("d/folder", "3").File("d/new", "4").File("d/second", "5")
                .Symlink("d/pipe", "a").Symlink("d/other", "b").Symlink("d/added", "c").File("d/file", "6"));
            Assert.Equal(
                "added->c file->6 folder->3 kept->kept link->2 new->4 other->b pipe->a second->5",
                _folder.Shell("cd root/d; echo $(for name in *; do if [ -L $name ]; then echo \"$name->$(readlink $name)\"; else echo \"$name->$(cat $name)\"; fi; done)").Trim());
        }
        finally
        {
            Mounts.Detach(_folder["root"]);
        }
    }

    [Fact]
    public void A_mount_of_another_mount_namespace_is_not_taken_away()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir -p root/tree/m outside; touch root/tree/f outside/f");
        // As the agent does: its Pod looks at the node's mounts through /proc/1/root, and the kernel lets it remove what is mounted on there.
        using var other = Process.Start(new ProcessStartInfo("unshare", ["-m", "--propagation", "private", "sh", "-euc", "mount --bind outside root/tree/m; echo ready; exec cat"])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        try
        {
            Assert.Equal("ready", other.StandardOutput.ReadLine());
            using var root = RootDirectory.Open($"/proc/{other.Id}/root{_folder["root"]}");
            foreach (var path in new[] { "/tree/m", "/tree" })
            {
                _folder.Write("dir/deleted.files", $"[\"{path}\"]");
                Assert.Equal(ArchiveRefusal.UnsafeDeletion, Assert.Throws<ArchiveRefusedException>(() => DeletedFiles.Remove(_folder.Open("dir"), root)).Reason);
            }

            Assert.Throws<FileSystemException>(() => root.Remove(RelativePath.Parse("tree/m")));
            Assert.True(File.Exists($"/proc/{other.Id}/root{_folder["root/tree/m/f"]}"));
            Assert.True(File.Exists(_folder["root/tree/f"]));
        }
        finally
        {
            other.StandardInput.Close();
            other.WaitForExit();
        }
    }

    [Theory]
    [InlineData("m/evil")]
    [InlineData("m/new/evil")]
    [InlineData("link/evil")]
    [InlineData("m/")]
    public void Nothing_is_written_where_something_is_mounted(string name)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir root/m outside; ln -s m root/link; mount --bind outside root/m");
        try
        {
            var before = _folder.Shell("stat -c '%a %Y' outside");
            var tar = name.EndsWith('/') ? new HandmadeTar().Folder(name, 0x1FF) : new HandmadeTar().File(name);
            Assert.Equal(ArchiveRefusal.MountInPath, Assert.Throws<ArchiveRefusedException>(() => Apply(tar)).Reason);
            Assert.Empty(Directory.GetFileSystemEntries(_folder["outside"]));
            Assert.Equal(before, _folder.Shell("stat -c '%a %Y' outside"));
        }
        finally
        {
            _folder.Shell("umount root/m");
        }
    }

    [Fact]
    public void New_folders_are_closed_to_others_until_all_is_in_them()
    {
        var tar = new HandmadeTar().Folder("new/", 0x1FF).Folder("new/sub/", 0x1FF).File("new/sub/tool", "x", mode: 0x9ED).File("../x");
        Assert.Throws<ArchiveRefusedException>(() => Apply(tar));
        Assert.Equal("700 700", _folder.Shell("echo $(stat -c %a root/new root/new/sub)").Trim());
    }

    [Fact]
    public void A_folder_that_exists_keeps_its_mode_until_the_end()
    {
        _folder.Shell("mkdir -m 751 root/there");
        Assert.Throws<ArchiveRefusedException>(() => Apply(new HandmadeTar().Folder("there/", 0x1C7).File("../x")));
        Assert.Equal("751", _folder.Shell("stat -c %a root/there").Trim());
        Apply(new HandmadeTar().Folder("there/", 0x1C7));
        Assert.Equal("707", _folder.Shell("stat -c %a root/there").Trim());
    }

    [Fact]
    public void A_folder_s_state_is_not_given_to_what_a_link_leads_to()
    {
        _folder.Shell("mkdir -p root/target/d; chmod 700 root/target/d");
        Apply(new HandmadeTar().Folder("a/").Folder("a/d/", 0x1FF).Symlink("a", "target"));
        Assert.Equal("700", _folder.Shell("stat -c %a root/target/d").Trim());
    }

    [Fact]
    public void A_default_ACL_of_a_folder_is_not_handed_to_what_the_archive_puts_there()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set owners");
        Apply(new HandmadeTar().Pax("SCHILY.xattr.system.posix_acl_default=" + Acl).Folder("d/").File("d/f", mode: 0x180).Folder("d/e/", 0x1C0));
        Assert.Equal(["system.posix_acl_default=" + Acl], _folder.Attributes("root/d"));
        Assert.Empty(_folder.Attributes("root/d/f"));
        Assert.Empty(_folder.Attributes("root/d/e"));
        Assert.Equal("600 700", _folder.Shell("echo $(stat -c %a root/d/f root/d/e)").Trim());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_whiteout_hides_what_was_there_and_not_what_its_own_archive_has(bool whiteoutFirst)
    {
        _folder.Shell("mkdir -p root/d; touch root/d/old root/f");
        var tar = new HandmadeTar();
        tar = whiteoutFirst ? tar.File(".wh.d").File(".wh.f") : tar;
        tar.Folder("d/").File("d/new").File("f", "new");
        tar = whiteoutFirst ? tar : tar.File(".wh.d").File(".wh.f");
        Apply(tar);
        Assert.Equal("d d/new f", _folder.Shell("cd root; echo $(find . -mindepth 1 -printf '%P\\n' | sort)").Trim());
        Assert.Equal("new", File.ReadAllText(_folder["root/f"]));
    }

    [Fact]
    public void A_folder_that_only_a_whiteout_touched_keeps_its_time()
    {
        _folder.Shell("mkdir -p root/d root/o; touch root/d/gone root/o/gone; touch -d '2011-01-01 UTC' root/d root/o");
        Apply(new HandmadeTar().File("d/.wh.gone").File("o/.wh..wh..opq"));
        Assert.Equal("1293840000 1293840000", _folder.Shell("ls -A root/d root/o >/dev/null; echo $(stat -c %Y root/d root/o)").Trim());
        Assert.Empty(Directory.GetFileSystemEntries(_folder["root/d"]));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["root/o"]));
    }

    [Fact]
    public void A_second_name_is_given_to_files_and_links_but_not_to_devices_and_folders()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make devices");
        _folder.Shell("mkdir root/folder outside; ln -s ../outside root/link; touch root/file; mknod root/mem c 1 1");
        Apply(new HandmadeTar().Hardlink("link2", "link").Hardlink("file2", "file"));
        Assert.Equal("../outside", _folder.Shell("readlink root/link2").Trim());
        Assert.Equal("2", _folder.Shell("stat -c %h root/file").Trim());
        foreach (var target in new[] { "mem", "folder", "link/x" })
            Assert.Equal(ArchiveRefusal.EscapingHardLink, Assert.Throws<ArchiveRefusedException>(() => Apply(new HandmadeTar().Hardlink("second", target))).Reason);
    }

    [Theory]
    [InlineData("user.overlay.opaque")]
    [InlineData("user.fuseoverlayfs.opaque")]
    [InlineData("user.containers.override_stat")]
    [InlineData("trusted.overlay.opaque")]
    [InlineData("security.ima")]
    [InlineData("security.evm")]
    [InlineData("security.selinux")]
    public void What_the_node_s_file_systems_go_by_is_not_planted(string attribute)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set owners");
        Apply(new HandmadeTar().Pax($"SCHILY.xattr.{attribute}=y").Folder("d/").Pax($"SCHILY.xattr.{attribute}=y").File("d/f"));
        Assert.Empty(_folder.Attributes("root/d"));
        Assert.Empty(_folder.Attributes("root/d/f"));
    }

    private ApplyResult Apply(HandmadeTar tar) => RootFsDiff.Apply(tar.Stream(), _folder.Open("root"));

    private void Remove(string json)
    {
        _folder.Write("dir/deleted.files", json);
        DeletedFiles.Remove(_folder.Open("dir"), _folder.Open("root"));
    }
}
