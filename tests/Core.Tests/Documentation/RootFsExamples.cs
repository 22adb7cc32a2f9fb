using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Documentation;

/// <summary>The examples of docs/core.md that work on root file systems and files: what stands between "example" and "end" stands there, too.</summary>
public sealed class RootFsExamples : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _console = new();

    public void Dispose()
    {
        _console.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Apply_a_diff()
    {
        using var bundle = _folder.Make("bundle");
        using var rootfs = _folder.Make("rootfs");
        _folder.Shell("mkdir -p rootfs/etc; touch rootfs/etc/gone; echo new > motd; tar -cf bundle/rootfs-diff.tar motd; echo '[\"/etc/gone\"]' > bundle/deleted.files");
        var Console = _console;
        // example
        int deleted = DeletedFiles.Remove(bundle, rootfs);
        ApplyResult applied = RootFsDiff.Apply(bundle, rootfs);
        Console.WriteLine($"{applied.Entries} entries, {applied.Bytes} bytes, {deleted + applied.Whiteouts} deleted");
        // end
        Assert.Equal("1 entries, 4 bytes, 1 deleted\n", _console.ToString());
        Assert.Equal(["etc", "motd"], Directory.GetFileSystemEntries(_folder["rootfs"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["rootfs/etc"]));
    }

    [Fact]
    public void Make_a_diff_from_an_overlay()
    {
        using var upper = _folder.Make("upper");
        using var lower = _folder.Make("lower");
        _folder.Shell("mkdir -p upper/etc upper/data; echo changed > upper/etc/motd; echo x > upper/data/in-a-volume");
        using var tar = File.Create(_folder["rootfs-diff.tar"]);
        var Console = _console;
        // example
        DiffOptions options = new()
        {
            Excluded = new HashSet<RelativePath> { RelativePath.Parse("data") },
            Lower = [lower],
        };
        DiffResult diff = RootFsDiff.CreateFromUpper(upper, tar, options);
        Console.WriteLine($"{diff.Changed} changed, {diff.Bytes} bytes, {diff.Deleted.Count} deleted");
        // end
        Assert.EndsWith("0 deleted\n", _console.ToString(), StringComparison.Ordinal);
        tar.Close();
        Assert.DoesNotContain("in-a-volume", _folder.Shell("tar -tf rootfs-diff.tar"), StringComparison.Ordinal);
    }

    [Fact]
    public void Make_a_diff_from_a_list()
    {
        using var rootfs = _folder.Make("rootfs");
        _folder.Write("rootfs/etc/motd", "changed");
        using var tar = new MemoryStream();
        // example
        DiffResult diff = RootFsDiff.CreateFromChanges(
            [new FileChange("/etc/motd", FileChangeKind.Modify), new FileChange("/etc/gone", FileChangeKind.Delete)], rootfs, tar);
        byte[] list = DeletedFiles.Serialize(diff.Deleted);
        // end
        Assert.Equal(["/etc/gone"], System.Text.Json.JsonSerializer.Deserialize<string[]>(list)!);
        Assert.Equal(1, diff.Changed);
    }

    [Fact]
    public void Make_a_diff_of_two_trees()
    {
        using var before = _folder.Make("before");
        using var after = _folder.Make("after");
        _folder.Shell("mkdir before/etc after/etc; touch before/etc/gone; echo new > after/etc/new");
        using var tar = File.Create(_folder["layer.tar"]);
        // example
        DiffResult diff = RootFsDiff.CreateFromTrees(before, after, tar, new DiffOptions { Dialect = DiffDialect.Whiteouts });
        // end
        tar.Close();
        var names = _folder.Shell("tar -tf layer.tar").Split('\n').Select(name => name.TrimStart('.', '/')).ToList();
        Assert.Contains("etc/new", names);
        Assert.Contains(names, name => name.EndsWith("etc/.wh.gone", StringComparison.Ordinal));
        Assert.Equal(4, diff.Bytes);
    }

    [Fact]
    public void Apply_a_diff_to_a_container_in_a_user_namespace()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        using var bundle = _folder.Make("bundle");
        using var rootfs = _folder.Make("rootfs");
        _folder.Shell("echo x > motd; tar --owner=5 --group=6 -cf bundle/rootfs-diff.tar motd");
        // example
        IdRange range = IdRange.Parse("0:100000:65536");
        IdMap ids = new(users: [range], groups: [range]);
        RootFsDiff.Apply(bundle, rootfs, ids: ids);
        // end
        Assert.Equal("100005:100006", _folder.Shell("stat -c %u:%g rootfs/motd").Trim());
    }

    [Fact]
    public void Work_below_a_folder_that_nothing_leaves()
    {
        var path = _folder.Make("state").DisplayPath;
        _folder.Shell("ln -s /etc/passwd state/link");
        var Console = _console;
        // example
        using RootDirectory state = RootDirectory.Open(path);
        state.WriteFileAtomically(RelativePath.Parse("index.json"), "{}"u8);
        foreach (DirectoryEntry entry in state.List())
        {
            FileStatus status = state.Stat(entry.Path)!.Value;
            UnixTime modified = status.Modified;
            if (status.Type == FileType.Regular)
                Console.WriteLine($"{entry.Path.Display}: {status.Size} bytes, {modified.ToDateTimeOffset().Year}");
        }

        try
        {
            state.ReadFile(RelativePath.Parse("link"), maxLength: 4096);
        }
        catch (FileSystemException refused)
        {
            Console.WriteLine(refused.Message);
        }
        // end
        Assert.Matches("^index.json: 2 bytes, [0-9]{4}\ncannot open '.*/state/link': a symbolic link is where none may be", _console.ToString());
    }
}
