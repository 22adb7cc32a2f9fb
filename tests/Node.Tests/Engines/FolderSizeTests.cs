using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent.Engines;

using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class FolderSizeTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly TemporaryNode _node = new();

    [Fact]
    public void Files_count_with_what_is_below_and_links_to_elsewhere_do_not()
    {
        Write("one", MiB);
        Write("below/further/two", 2 * MiB);
        Directory.CreateSymbolicLink(_node.On("/elsewhere"), "/usr");
        Assert.Equal(3 * MiB, FolderSize.Of(_node.Root.Directory));
    }

    [Fact]
    public async Task A_file_with_several_names_counts_once_as_it_is_archived_once()
    {
        Write("one", MiB);
        (await HostCommand.RunAsync("ln", [_node.On("/one"), _node.On("/other")], TimeSpan.FromSeconds(30))).OrThrow();
        Assert.Equal(MiB, FolderSize.Of(_node.Root.Directory));
        Assert.InRange(Archived(), MiB, 2 * MiB);
    }

    [Fact]
    public void A_file_with_holes_counts_with_what_it_has_beside_them_as_it_is_archived_so()
    {
        using (SafeFileHandle file = File.OpenHandle(_node.On("/sparse"), FileMode.Create, FileAccess.Write))
            RandomAccess.Write(file, new byte[MiB], 1024L * MiB);
        Assert.InRange(FolderSize.Of(_node.Root.Directory), 1, 2 * MiB);
        Assert.InRange(Archived(), 1, 2 * MiB);
    }

    [Fact]
    public void Folders_below_each_other_without_end_do_no_harm()
    {
        Write("one", MiB);
        // Longer than a path may be, as a program makes it that changes into each new folder.
        string name = new('d', 200);
        RootDirectory[] folders = new RootDirectory[30];
        RootDirectory folder = _node.Root.Directory;
        for (int depth = 0; depth < folders.Length; depth++)
        {
            folder.MakeDirectories(RelativePath.Parse(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            folder = folders[depth] = folder.OpenDirectory(RelativePath.Parse(name));
        }
        try
        {
            Assert.Equal(MiB, FolderSize.Of(_node.Root.Directory));
        }
        finally
        {
            foreach (RootDirectory open in folders)
                open.Dispose();
            _node.Root.Directory.RemoveTree(RelativePath.Parse(name));
        }
    }

    public void Dispose() => _node.Dispose();

    private long Archived()
    {
        using var tar = new MemoryStream();
        TreeArchive.Write(_node.Root.Directory, tar, cancellationToken: TestContext.Current.CancellationToken);
        return tar.Length;
    }

    private void Write(string path, int length)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_node.On("/" + path))!);
        File.WriteAllBytes(_node.On("/" + path), new byte[length]);
    }
}
