using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.RootFs;

/// <summary>On a real overlay: what a container did to one is brought to a second one of the same image.</summary>
public sealed class UpperDiffTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private bool _mounted;

    public void Dispose()
    {
        if (_mounted)
            _folder.Shell("umount fs/merged; umount fs");
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_second_overlay_becomes_like_the_first(bool withLower)
    {
        MountOverlay();
        _folder.Shell(
            """
            cd fs/merged
            echo changed > etc/modified; rm etc/deleted; rm -r gone; rm link
            rm -r opaque; mkdir -p opaque/sub; echo new > opaque/new; chmod 700 dir; chown 5:6 dir; chmod 711 .
            echo added > dir/added; ln dir/added dir/hard; touch -d '2020-01-02 03:04:05.123456789' dir/added; mkfifo pipe
            ln -s /etc/passwd newlink; rm file; mkdir file; touch file/now-a-folder; rm -r folder; echo now-a-file > folder; chmod 4755 etc/modified
            """);
        using var upper = _folder.Open("fs/upper");
        using var lower = _folder.Open("fs/lower");
        using var tar = new MemoryStream();
        var result = RootFsDiff.CreateFromUpper(upper, tar, new DiffOptions { Lower = withLower ? [lower] : [] });
        _folder.Write("dir/deleted.files");
        File.WriteAllBytes(_folder["dir/deleted.files"], DeletedFiles.Serialize(result.Deleted));

        _folder.Shell("cp -a fs/lower second");
        tar.Position = 0;
        RootFsDiff.Apply(tar, _folder.Open("second"));
        DeletedFiles.Remove(_folder.Open("dir"), _folder.Open("second"));

        Assert.Equal(_folder.Listing("fs/merged"), _folder.Listing("second"));
        Assert.Equal("711", _folder.Shell("stat -c %a second").Trim());
        Assert.Equal(withLower, result.Deleted.Contains("/opaque/hidden"));
        tar.Position = 0;
        Assert.DoesNotContain(_folder.Path, System.Text.Encoding.Latin1.GetString(tar.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_mounted_by_the_runtime_is_left_out()
    {
        _folder.Shell("mkdir -p upper/proc upper/etc upper/data/x; touch upper/etc/hosts upper/etc/mine upper/data/x/y");
        using var tar = new FileStream(_folder["diff.tar"], FileMode.Create);
        var options = new DiffOptions { Excluded = new HashSet<RelativePath> { RelativePath.Parse("/proc"), RelativePath.Parse("/etc/hosts"), RelativePath.Parse("data/x") } };
        Assert.Equal(3, RootFsDiff.CreateFromUpper(_folder.Open("upper"), tar, options).Changed);
        tar.Flush();
        Assert.Equal("/ data/ etc/ etc/mine", _folder.Shell("echo $(tar -Ptf diff.tar)").Trim());
    }

    [Fact]
    public void A_renamed_folder_of_the_overlay_is_refused_by_name()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set trusted attributes");
        Directory.CreateDirectory(_folder["upper/moved"]);
        using (var moved = _folder.Open("upper/moved"))
            Assert.Equal(0, Libc.fsetxattr(moved.Handle, "trusted.overlay.redirect\0"u8, "/from"u8, 5, 0));
        var fault = Assert.Throws<NotSupportedException>(() => RootFsDiff.CreateFromUpper(_folder.Open("upper"), new MemoryStream()));
        Assert.Contains("moved", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Content_that_was_not_copied_up_comes_from_the_mounted_overlay()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set trusted attributes");
        _folder.Shell("mkdir upper merged; truncate -s 5 upper/f; echo real > merged/f; chmod 640 upper/f");
        _folder.SetAttribute("upper/f", "trusted.overlay.metacopy", "");
        Assert.Throws<IOException>(() => RootFsDiff.CreateFromUpper(_folder.Open("upper"), new MemoryStream()));
        using var tar = new FileStream(_folder["diff.tar"], FileMode.Create);
        RootFsDiff.CreateFromUpper(_folder.Open("upper"), tar, new DiffOptions { Merged = _folder.Open("merged") });
        tar.Flush();
        Assert.Equal("real -rw-r-----", _folder.Shell("echo $(tar -xOf diff.tar f) $(tar -tvf diff.tar f | cut -d' ' -f1)").Trim());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_deleted_in_a_folder_that_took_a_link_s_place_is_not_deleted_where_the_link_led(bool withLower)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make devices");
        _folder.Shell("mkdir -p image/a/b upper1/link/b upper2/link dir; touch image/a/b/kept; ln -s a image/link; mknod upper2/link/b c 0 0");
        _folder.SetAttribute("upper1/link", "trusted.overlay.opaque", "y");
        using var tar = new MemoryStream();
        var options = new DiffOptions { Lower = withLower ? [_folder.Open("image")] : [] };
        var result = RootFsDiff.CreateFromUppers([_folder.Open("upper2"), _folder.Open("upper1")], tar, options);
        File.WriteAllBytes(_folder["dir/deleted.files"], DeletedFiles.Serialize(result.Deleted));
        DeletedFiles.Remove(_folder.Open("dir"), _folder.Open("image"));
        tar.Position = 0;
        RootFsDiff.Apply(tar, _folder.Open("image"));
        Assert.Equal("a a/b a/b/kept link", _folder.Shell("cd image; echo $(find . -mindepth 1 -printf '%P\\n' | sort)").Trim());
    }

    [Fact]
    public void A_deleted_name_that_is_no_UTF_8_becomes_a_whiteout()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make devices");
        _folder.Shell("mkdir upper root; mknod $'upper/\\xff' c 0 0; touch $'root/\\xff' root/kept");
        using var tar = new MemoryStream();
        Assert.Empty(RootFsDiff.CreateFromUpper(_folder.Open("upper"), tar).Deleted);
        tar.Position = 0;
        RootFsDiff.Apply(tar, _folder.Open("root"));
        Assert.Equal("kept", _folder.Shell("ls root").Trim());
    }

    private void MountOverlay()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        // On a tmpfs of its own: the test's folder may lie on an overlay already.
        _folder.Shell("mkdir fs; mount -t tmpfs none fs; cd fs; mkdir lower upper work merged");
        _folder.Shell(
            """
            cd fs/lower; mkdir -p etc gone/deep opaque/sub dir folder
            echo old > etc/modified; touch etc/deleted etc/kept gone/deep/f opaque/hidden opaque/sub/f dir/kept file folder/f; ln -s etc link
            find . -exec touch -h -d '2019-01-01' {} +
            """);
        _folder.Shell("cd fs; mount -t overlay none -o lowerdir=lower,upperdir=upper,workdir=work merged || { umount ../fs; exit 1; }");
        _mounted = true;
    }
}
