using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Criu;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Documentation;

/// <summary>The examples of docs/core.md that read and write archives: what stands between "example" and "end" stands there, too.</summary>
public sealed class ArchiveExamples : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _console = new();

    public void Dispose()
    {
        _console.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Look_into_an_archive()
    {
        var path = MakeArchive();
        var Console = _console;
        // example
        using CheckpointArchive archive = CheckpointArchive.Open(path);
        ArchiveMetadata metadata = archive.ReadMetadata();
        Console.WriteLine($"{metadata.Container} of {metadata.Engine}, run by {metadata.Runtime}");

        ArchiveInspection inspection = archive.InspectAndHash();
        ArchiveSummary summary = inspection.Summary;
        if (summary is { Engine: ArchiveEngine.Podman, Compression: not ArchiveCompression.None })
            Console.WriteLine($"{summary.Processes} processes, {summary.MemoryBytes} bytes of memory, {inspection.Digest}");
        // end
        Assert.Equal($"counter of Podman, run by crun\n3 processes, 4096 bytes of memory, sha256:{_folder.Shell($"sha256sum < '{path}'")[..64]}\n", _console.ToString());
    }

    [Fact]
    public void Take_an_archive_apart_within_limits()
    {
        var path = MakeArchive();
        var bundlePath = _folder.Make("bundle").DisplayPath;
        var Console = _console;
        // example
        ArchiveLimits limits = ArchiveLimits.Default with { MaxEntries = 5, MaxTotalBytes = 4L << 30 };
        using CheckpointArchive archive = CheckpointArchive.Open(path, limits);
        using RootDirectory bundle = RootDirectory.Open(bundlePath);
        try
        {
            ImportResult imported = archive.ImportWithoutConfig(bundle);
            archive.ImportConfig(bundle);
            Console.WriteLine($"{imported.Entries} entries, {imported.Bytes} bytes");
        }
        catch (ArchiveRefusedException refused) when (refused.Reason == ArchiveRefusal.TooManyEntries)
        {
            Console.WriteLine($"more than {limits.MaxEntries} entries: entry {refused.Index} is {refused.Entry}");
        }
        // end
        Assert.StartsWith("more than 5 entries: entry 5 is ", _console.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["bundle"]));
    }

    [Fact]
    public void Take_an_archive_apart_and_tell_its_digest()
    {
        var path = MakeArchive();
        var bundlePath = _folder.Make("hashed").DisplayPath;
        var Console = _console;
        // example
        using CheckpointArchive archive = CheckpointArchive.Open(path);
        using RootDirectory bundle = RootDirectory.Open(bundlePath);
        HashedImport imported = archive.ImportWithoutConfigAndHash(bundle);
        Console.WriteLine($"{imported.Bytes} bytes out of {imported.Digest}");
        // end
        Assert.EndsWith($" bytes out of sha256:{_folder.Shell($"sha256sum < {path}")[..64]}", _console.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_an_archive()
    {
        var config = """{"id":"0123","name":"counter","runtime":"crun"}"""u8.ToArray();
        var spec = """{"annotations":{"io.container.manager":"libpod"}}"""u8.ToArray();
        using var upper = _folder.Make("upper");
        using var images = _folder.Make("images");
        _folder.Write("images/inventory.img", "x");
        _folder.Write("upper/etc/motd", "changed\n");
        var path = _folder["written"];
        // example
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        using CheckpointArchiveWriter writer = new(file);
        writer.AddBytes("config.dump", config);
        writer.AddBytes("spec.dump", spec);
        DiffResult diff;
        using (Stream nested = writer.BeginNested(RootFsDiff.FileName))
            diff = RootFsDiff.CreateFromUpper(upper, nested);
        writer.AddBytes(DeletedFiles.FileName, DeletedFiles.Serialize(diff.Deleted));
        writer.AddTree("checkpoint", images);
        writer.Complete();
        // end
        using var archive = CheckpointArchive.Open(path);
        Assert.Equal("counter", archive.Inspect(TestContext.Current.CancellationToken).Container);
        Assert.Equal("changed\n", _folder.Shell("tar -xOf written rootfs-diff.tar | tar -xOf - etc/motd"));
    }

    [Fact]
    public void Save_and_fill_a_volume()
    {
        using var volume = _folder.Make("volume");
        using var copy = _folder.Make("copy");
        _folder.Write("volume/data/key", "value");
        // example
        using MemoryStream tar = new();
        TreeArchive.Write(volume, tar);
        tar.Position = 0;
        TreeArchive.Extract(tar, copy);
        // end
        Assert.Equal("value", File.ReadAllText(_folder["copy/data/key"]));
    }

    [Fact]
    public void Look_at_the_processes()
    {
        var path = MakeArchiveWithProcesses();
        var Console = _console;
        // example
        using CheckpointArchive archive = CheckpointArchive.Open(path);
        CriuCheckpoint checkpoint = archive.ReadProcesses(CriuParts.CommandLines | CriuParts.Files | CriuParts.Sockets | CriuParts.Memory | CriuParts.Statistics);
        foreach (CheckpointProcess process in checkpoint.Processes.Where(process => process.State == ProcessState.Alive))
        {
            ProcessMemory memory = process.Memory!;
            Console.WriteLine($"{process.Pid} {string.Join(' ', process.CommandLine ?? [process.Name])}, {memory.DumpedBytes} of {memory.MappedBytes} bytes");
            foreach (OpenFile file in process.Files!.Where(file => file.Kind == OpenFileKind.Regular))
                Console.WriteLine($"  {file.Descriptor} {file.Path} at {file.Position}");
            foreach (CheckpointSocket socket in process.Sockets!.Where(socket => socket is { Family: SocketFamily.Inet, State: SocketState.Listen }))
                Console.WriteLine($"  {socket.Descriptor} listens on {socket.LocalAddress}:{socket.LocalPort}");
        }

        foreach (CheckpointMount mount in checkpoint.Mounts ?? [])
            Console.WriteLine($"{mount.FileSystem} on {mount.MountPoint}");
        if (checkpoint.Dump is DumpStatistics dump)
            Console.WriteLine($"the processes stood still for {dump.FrozenMicroseconds} µs");
        if (checkpoint.Restore is RestoreStatistics restore)
            Console.WriteLine($"they were restored in {restore.RestoreMicroseconds} µs");
        // end
        Assert.Equal("1 counter --fast, 8192 of 0 bytes\n  4 /var/log/x at 99\n", _console.ToString());
    }

    [Fact]
    public void Search_the_memory()
    {
        var path = MakeArchiveWithProcesses();
        var Console = _console;
        // example
        using CheckpointArchive archive = CheckpointArchive.Open(path);
        MemoryPattern pattern = MemoryPattern.Regex("SECRET=[a-z]+");
        archive.SearchMemory(1, pattern, context: 16, (MemoryMatch match) => Console.WriteLine($"0x{match.Address:x}: {match.Match.Length} bytes"));

        long zeros = 0;
        MemoryVisitor count = (address, bytes) => zeros += bytes.Count((byte)0);
        archive.ReadMemory(1, count);
        // end
        Assert.Equal("0x7f0000001000: 11 bytes\n", _console.ToString());
        Assert.InRange(zeros, 8000, 8192);
    }

    [Fact]
    public void See_what_a_container_changed()
    {
        var path = MakeArchive();
        var Console = _console;
        // example
        using CheckpointArchive archive = CheckpointArchive.Open(path);
        foreach (RootFsChange change in archive.ListRootFsChanges())
            Console.WriteLine($"{change.Kind} {change.Path} {change.Sha256}");
        // end
        Assert.Contains($"file etc/new {_folder.Shell("sha256sum < diff/etc/new")[..64]}\n", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains("deleted etc/gone", _console.ToString(), StringComparison.Ordinal);
    }

    private string MakeArchive()
    {
        _folder.Shell("""
            mkdir -p in/checkpoint diff/etc
            echo '{"id":"0123","name":"counter","runtime":"crun"}' > in/config.dump
            echo '{"annotations":{"io.container.manager":"libpod"}}' > in/spec.dump
            echo x > in/checkpoint/inventory.img; head -c 4096 /dev/zero > in/checkpoint/pages-1.img
            printf '\31CVT00\47P' > in/checkpoint/pstree.img
            for pid in 1 2 3; do printf '\2\0\0\0\10\1' >> in/checkpoint/pstree.img; done
            echo '["/etc/gone"]' > in/deleted.files
            echo new > diff/etc/new; tar -C diff -cf in/rootfs-diff.tar etc/new
            tar -C in -c . | zstd -q > archive
            """);
        return _folder["archive"];
    }

    private string MakeArchiveWithProcesses()
    {
        File.WriteAllBytes(_folder["archive"], CheckpointImages.Whole().Tar());
        return _folder["archive"];
    }
}
