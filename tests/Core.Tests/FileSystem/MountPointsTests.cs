using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using CheckpointOperator.Core.Tests.Corpus;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.FileSystem;

public sealed class MountPointsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_mount_below_is_known_and_none_is_too()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir root");
        Mounts.Memory(_folder["root"]);
        try
        {
            _folder.Shell("mkdir -p root/a/b; touch root/a/file");
            Assert.False(MountPoints.MayBeBelow(_folder.Open("root").Handle));
            Mounts.Bind(_folder["root/a/file"], _folder["root/a/file"]);
            Assert.True(MountPoints.MayBeBelow(_folder.Open("root").Handle));
            Mounts.Detach(_folder["root/a/file"]);
            Assert.False(MountPoints.MayBeBelow(_folder.Open("root/a").Handle));
        }
        finally
        {
            Mounts.Detach(_folder["root"]);
        }
    }

    [Fact]
    public void What_is_mounted_after_the_look_is_not_removed_as_a_file()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        _folder.Shell("mkdir root; echo inner > root/file; echo outer > outer");
        Mounts.Bind(_folder["outer"], _folder["root/file"]);
        try
        {
            var root = _folder.Open("root");
            var failure = Assert.Throws<FileSystemException>(
                () => TreeRemoval.TryRemoveFile(root.Handle, "file\0"u8, new EntryName(root, RelativePath.Parse("file")), mayBeMount: false, out _));
            Assert.Equal(Errno.EXDEV, failure.Error);
            Assert.Equal("outer\n", _folder.Shell("cat root/file"));
        }
        finally
        {
            Mounts.Detach(_folder["root/file"]);
        }
    }

    [Fact]
    public void Below_the_root_there_is_at_least_proc() => Assert.True(MountPoints.MayBeBelow(RootDirectory.Open("/").Handle));
}
