using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Security;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Security;

public sealed class LabelledFileTests : IDisposable
{
    private const string Text = "system_u:object_r:container_file_t:s0:c1,c2";
    private static readonly SELinuxLabel Label = SELinuxLabel.Parse(Text);
    private static readonly RelativePath Name = RelativePath.Parse("restore.log");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_made_empty_and_private_with_its_label_and_its_NUL()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set labels");
        using (LabelledFile.Create(_folder.Open(), Name, Label, LabelledFile.LabelAttribute))
            Assert.Equal([$"security.selinux={Text}\0"], _folder.Attributes("restore.log"));
        Assert.Equal("600 0", _folder.Shell("stat -c '%a %s' restore.log").Trim());
    }

    [Fact]
    public void Where_SELinux_is_off_the_label_is_left_out()
    {
        Assert.SkipWhen(SELinux.IsEnabled, "SELinux is on here");
        LabelledFile.Create(_folder.Open(), Name, Label).Dispose();
        Assert.Empty(_folder.Attributes("restore.log"));
    }

    [Fact]
    public void A_file_without_a_label_gets_none()
    {
        LabelledFile.Create(_folder.Open(), Name, null, LabelledFile.LabelAttribute).Dispose();
        Assert.True(File.Exists(_folder["restore.log"]));
        Assert.SkipWhen(SELinux.IsEnabled, "SELinux labels every file here");
        Assert.Empty(_folder.Attributes("restore.log"));
    }

    [Fact]
    public void Its_mode_is_0600_whatever_the_umask()
    {
        _folder.Shell($"umask 0777; '{Path.Combine(AppContext.BaseDirectory, "checkpoint-agent")}' label . restore.log {Text}");
        Assert.Equal("600", _folder.Shell("stat -c %a restore.log").Trim());
    }

    [Theory]
    [InlineData("ln -s target restore.log")]
    [InlineData("ln -s missing restore.log")]
    [InlineData("ln target restore.log")]
    [InlineData("mkfifo restore.log")]
    [InlineData("mkdir restore.log")]
    public void What_has_its_name_is_neither_followed_nor_labelled_nor_removed(string plant)
    {
        _folder.Write("target", "x");
        _folder.Shell(plant);
        var before = _folder.Listing(".");
        var refusal = Assert.Throws<FileSystemException>(() => LabelledFile.Create(_folder.Open(), Name, Label, LabelledFile.LabelAttribute));
        Assert.True(refusal.IsAlreadyThere);
        Assert.Equal(before, _folder.Listing("."));
        Assert.DoesNotContain($"security.selinux={Text}\0", _folder.Attributes("target"));
    }

    [Fact]
    public void A_link_on_the_way_to_it_stays_in_the_folder()
    {
        _folder.Shell("mkdir inside outside; ln -s ../../outside inside/log");
        Assert.Throws<FileSystemException>(() => LabelledFile.Create(_folder.Open("inside"), RelativePath.Parse("log/restore.log"), null));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["outside"]));
    }

    [Theory]
    [InlineData("ramfs")]
    [InlineData("hugetlbfs")]
    public void A_file_system_without_labels_is_named_and_no_file_is_left(string type)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir mounted");
        Assert.SkipUnless(_folder.Shell($"mount -t {type} none mounted 2> /dev/null && echo mounted || true").Length > 0, $"the kernel cannot mount {type} here");
        try
        {
            using var directory = RootDirectory.Open(_folder["mounted"]);
            var refusal = Assert.Throws<FileSystemException>(() => LabelledFile.Create(directory, Name, Label, LabelledFile.LabelAttribute));
            Assert.Contains($"its file system, {type}, keeps no SELinux labels", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(Text, refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"{_folder["mounted"]}/restore.log", refusal.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(_folder["mounted"]));
        }
        finally
        {
            _folder.Shell("umount -l mounted");
        }
    }

    [Fact]
    public void A_label_that_the_kernel_does_not_know_is_named_and_no_file_is_left()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set this attribute");
        // A label is no file capability: the kernel says EINVAL, as SELinux does for a label that its policy does not know.
        var refusal = Assert.Throws<FileSystemException>(() => LabelledFile.Create(_folder.Open(), Name, Label, "security.capability\0"u8));
        Assert.Contains($"cannot set the label {Text} on", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("the loaded policy does not know this label", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("tmpfs", "mount -t tmpfs none mounted")]
    [InlineData("overlay", "mkdir base; mount -t tmpfs none base; mkdir base/l base/u base/w; mount -t overlay overlay -o lowerdir=base/l,upperdir=base/u,workdir=base/w mounted")]
    public void Tmpfs_and_overlay_keep_labels(string type, string mount)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir mounted");
        try
        {
            _folder.Shell(mount);
            Assert.StartsWith(type, _folder.Shell("stat -f -c %T mounted"), StringComparison.Ordinal);
            using (var directory = RootDirectory.Open(_folder["mounted"]))
                LabelledFile.Create(directory, Name, Label, LabelledFile.LabelAttribute).Dispose();
            Assert.Contains($"security.selinux={Text}\0", _folder.Attributes("mounted/restore.log"));
        }
        finally
        {
            _folder.Shell("umount -l mounted; if [ -e base ]; then umount -l base; fi");
        }
    }
}
