using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.RootFs;

public sealed class RootFsDiffApplyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RootFsDiffApplyTests() => Directory.CreateDirectory(_folder["root"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_came_before_a_refused_entry_is_whole()
    {
        var tar = new HandmadeTar();
        for (var i = 0; i < 100; i++)
            tar.File($"f{i}", $"content {i}", 0x1ED);
        Assert.Throws<ArchiveRefusedException>(() => RootFsDiff.Apply(tar.File("../outside", "evil").Stream(), _folder.Open("root")));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal($"content {i}", File.ReadAllText(_folder[$"root/f{i}"]));
            Assert.Equal((UnixFileMode)0x1ED, _folder.Open("root").Stat(RelativePath.Parse($"f{i}"))!.Value.Mode);
        }
    }

    [Fact]
    public void The_last_of_a_name_stays_and_its_links_are_to_what_it_was_then()
    {
        var tar = new HandmadeTar();
        for (var i = 0; i < 100; i++)
            tar.File("f", $"content {i}").Hardlink($"link{i}", "f");
        Assert.Equal(200, RootFsDiff.Apply(tar.Stream(), _folder.Open("root")).Entries);
        Assert.Equal("content 99", File.ReadAllText(_folder["root/f"]));
        for (var i = 0; i < 100; i++)
            Assert.Equal($"content {i}", File.ReadAllText(_folder[$"root/link{i}"]));
    }

    [Fact]
    public void No_diff_is_nothing_to_do() => Assert.Equal(default, RootFsDiff.Apply(_folder.Make("dir"), _folder.Open("root")));

    [Theory]
    [InlineData("")]
    [InlineData("gzip -c")]
    [InlineData("zstd -qc")]
    [InlineData("bzip2 -c")]
    public void A_diff_is_applied_whatever_its_compression(string compressor)
    {
        _folder.Write("tree/etc/x", "content");
        _folder.Shell($"mkdir dir; tar -C tree --format=posix -c . | {(compressor.Length == 0 ? "cat" : compressor)} > dir/rootfs-diff.tar");
        Assert.Equal(7, RootFsDiff.Apply(_folder.Open("dir"), _folder.Open("root")).Bytes);
        Assert.Equal(_folder.Listing("tree"), _folder.Listing("root"));
    }

    [Theory]
    [InlineData("gnu")]
    [InlineData("oldgnu")]
    [InlineData("pax")]
    [InlineData("posix")]
    [InlineData("ustar")]
    [InlineData("v7")]
    public void Every_format_of_GNU_tar_is_unpacked_as_GNU_tar_does(string format)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set owners");
        // v7 has room for 99 bytes of a name and no types but files and links, ustar for 255.
        var name = format == "v7" ? new string('n', 60) : new string('d', 90) + "/" + new string('n', 99);
        _folder.Shell(
            $"""
            mkdir -p tree/sub tree/$(dirname {name}); cd tree
            echo one > {name}; chown 1000:2000 {name}; echo two > 'ü ö'; ln 'ü ö' sub/hard; ln -s ../somewhere/else link; ln -s /abs link2
            mkdir -m 1777 tmp; echo s > tmp/suid; chmod 4755 tmp/suid; mkdir -m 2750 sub/setgid; touch -d '1969-12-31 23:59:58' sub/setgid; touch empty
            mkdir empty.d; chmod 0 empty; touch -h -d '2001-02-03 04:05:06' link
            """
            + (format is "gnu" or "pax" or "posix" or "oldgnu" ? "\n: > $(printf 'l%.0s' $(seq 200)); ln -s $(printf 't%.0s' $(seq 300)) longlink; chown 3000000:3000000 empty.d" : "")
            + (format == "v7" ? "" : "\nmkfifo pipe") + (format is "v7" or "ustar" ? "\ntouch -d @1000 sub/setgid" : ""));
        _folder.Shell($"tar -C tree --format={format} -cf diff.tar . ; mkdir expected; tar -C expected --numeric-owner -xpf diff.tar");
        using (var diff = File.OpenRead(_folder["diff.tar"]))
            RootFsDiff.Apply(diff, _folder.Open("root"));
        Assert.Equal(_folder.Listing("expected"), _folder.Listing("root"));
    }

    [Fact]
    public void A_file_s_entry_replaces_a_link_and_leaves_its_target()
    {
        _folder.Write("root/target", "old");
        _folder.Link("root/name", "target");
        Apply(new HandmadeTar().File("name", "new"));
        Assert.Equal("old", File.ReadAllText(_folder["root/target"]));
        Assert.Null(new FileInfo(_folder["root/name"]).LinkTarget);
        Assert.Equal("new", File.ReadAllText(_folder["root/name"]));
    }

    [Fact]
    public void A_folder_s_entry_replaces_a_link_to_a_folder_and_keeps_a_folder()
    {
        _folder.Write("root/real/file");
        _folder.Link("root/link", "real");
        Apply(new HandmadeTar().Folder("link/").File("link/new").Folder("real/", 0x1C0));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(_folder["root/real"]).Select(Path.GetFileName));
        Assert.Null(new DirectoryInfo(_folder["root/link"]).LinkTarget);
        Assert.Equal("700", _folder.Shell("stat -c %a root/real").Trim());
    }

    [Fact]
    public void Kinds_replace_each_other()
    {
        _folder.Write("root/folder/sub/file");
        _folder.Write("root/file");
        Apply(new HandmadeTar().File("folder", "now a file").Folder("file/").File("file/in").Symlink("file/in", "x").Hardlink("file/in", "folder"));
        Assert.Equal("now a file", File.ReadAllText(_folder["root/file/in"]));
    }

    [Fact]
    public void Links_on_the_way_are_followed_inside_the_root_only()
    {
        _folder.Write("outside/x");
        Directory.CreateDirectory(_folder["root/usr/lib"]);
        _folder.Link("root/lib", "/usr/lib");
        _folder.Link("root/up", "../../../outside");
        Apply(new HandmadeTar().File("lib/a", "x"));
        Assert.True(File.Exists(_folder["root/usr/lib/a"]));
        Directory.CreateDirectory(_folder["root/outside"]);
        Apply(new HandmadeTar().File("up/evil", "x"));
        Assert.Single(Directory.GetFileSystemEntries(_folder["outside"]));
        Assert.True(File.Exists(_folder["root/outside/evil"]));
    }

    [Fact]
    public void A_planted_link_does_not_carry_a_write_outside()
    {
        _folder.Write("outside/x", "safe");
        var refusal = Assert.Throws<ArchiveRefusedException>(() => Apply(new HandmadeTar().Symlink("evil", _folder["outside"]).File("evil/x", "written")));
        Assert.Equal(ArchiveRefusal.LinkInPath, refusal.Reason);
        Apply(new HandmadeTar().Symlink("file", _folder["outside/x"]).File("file", "written"));
        Assert.Equal("safe", File.ReadAllText(_folder["outside/x"]));
    }

    [Fact]
    public void A_hard_link_to_a_planted_link_does_not_reach_its_target()
    {
        _folder.Write("outside/x", "safe");
        Apply(new HandmadeTar().Symlink("link", _folder["outside/x"]).Hardlink("hard", "link"));
        Assert.Equal(_folder["outside/x"], new FileInfo(_folder["root/hard"]).LinkTarget);
        Assert.Equal("1", _folder.Shell("stat -c %h outside/x").Trim());
    }

    [Fact]
    public void Whiteouts_remove_what_they_name()
    {
        _folder.Shell("cd root; mkdir -p dir/sub etc; touch dir/sub/f etc/a etc/b; ln -s etc/b link");
        var result = Apply(new HandmadeTar().File(".wh.dir").File("etc/.wh.a").File(".wh.link").File(".wh.never"));
        Assert.Equal(4, result.Whiteouts);
        Assert.Equal("etc\netc/b", _folder.Shell("cd root; find . -mindepth 1 -printf '%P\\n' | sort").Trim());
    }

    [Fact]
    public void Device_whiteouts_of_an_overlay_remove_too()
    {
        _folder.Shell("mkdir root/dir; touch root/dir/f");
        Assert.Equal(1, Apply(new HandmadeTar().Device("dir", 0, 0)).Whiteouts);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["root"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_opaque_folder_loses_what_was_in_it_and_keeps_what_comes(bool markFirst)
    {
        _folder.Shell("cd root; mkdir -p d/old d/both e; touch d/f d/old/x d/both/old e/kept");
        var tar = new HandmadeTar().Folder("d/");
        tar = markFirst ? tar.File("d/.wh..wh..opq") : tar;
        tar.File("d/new").Folder("d/both/").File("d/both/new");
        tar = markFirst ? tar : tar.File("d/.wh..wh..opq");
        Apply(tar);
        Assert.Equal("d d/both d/both/new d/new e e/kept", _folder.Shell("cd root; echo $(find . -mindepth 1 -printf '%P\\n' | sort)").Trim());
    }

    [Theory]
    [InlineData(".wh.", ArchiveRefusal.InvalidWhiteout)]
    [InlineData(".wh..", ArchiveRefusal.InvalidWhiteout)]
    [InlineData("a/.wh...", ArchiveRefusal.InvalidWhiteout)]
    [InlineData(".wh..wh.aufs", ArchiveRefusal.InvalidWhiteout)]
    public void A_whiteout_of_nothing_removable_is_refused(string name, ArchiveRefusal reason)
    {
        _folder.Write("root/a/kept");
        Assert.Equal(reason, Assert.Throws<ArchiveRefusedException>(() => Apply(new HandmadeTar().File(name))).Reason);
        Assert.True(File.Exists(_folder["root/a/kept"]));
    }

    [Fact]
    public void Devices_of_every_container_are_made_and_no_others()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make devices");
        Apply(new HandmadeTar().Device("null", 1, 3).Fifo("pipe"));
        Assert.Equal("character special file 1,3\nfifo 0,0", _folder.Shell("stat -c '%F %t,%T' root/null root/pipe").Trim());
        Assert.Equal(ArchiveRefusal.Device, Assert.Throws<ArchiveRefusedException>(() => Apply(new HandmadeTar().Device("mem", 1, 1))).Reason);
        Assert.Equal(ArchiveRefusal.Device, Assert.Throws<ArchiveRefusedException>(() => Apply(new HandmadeTar().Device("loop", 7, 0, '4'))).Reason);
    }

    [Fact]
    public void Of_the_attributes_only_the_file_s_own_come_along()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set trusted attributes");
        const string Capability = "\u0001\0\0\u0002\u0000\u0004\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        Apply(new HandmadeTar().Pax(
            "SCHILY.xattr.user.colour=blue", "SCHILY.xattr.security.selinux=u:r:t:s0", "SCHILY.xattr.trusted.overlay.opaque=y",
            "SCHILY.xattr.user.overlay.redirect=/x", "SCHILY.xattr.security.capability=" + Capability).File("f", "x", mode: 0x9ED));
        Assert.Equal(["security.capability=" + Capability, "user.colour=blue"], _folder.Attributes("root/f"));
        Assert.Equal("4755", _folder.Shell("stat -c %a root/f").Trim());
    }

    [Fact]
    public void A_folder_s_time_is_its_own_although_files_came_into_it()
    {
        Apply(new HandmadeTar().Folder("d/").File("d/a").Folder("d/e/").File("d/e/b"));
        Assert.Equal("1600000000 1600000000", _folder.Shell("echo $(stat -c %Y root/d root/d/e)").Trim());
    }

    private ApplyResult Apply(HandmadeTar tar) => RootFsDiff.Apply(tar.Stream(), _folder.Open("root"));
}
