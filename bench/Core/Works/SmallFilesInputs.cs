using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using CheckpointOperator.Core.Benchmark.Interop;
using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>What a container installed: 50,000 small files, symbolic and hard links, owners, modes and attributes, 25 in a folder.</summary>
internal static class SmallFilesInputs
{
    private const int FolderLength = 25;
    private const int LargestFile = 64 * 1024;

    internal static string Tree(string inputs) => Path.Combine(inputs, "tree");

    /// <summary>The folder of rootfs-diff.tar.</summary>
    internal static string Checkpoint(string inputs) => Path.Combine(inputs, "checkpoint");

    internal static string Archive(string inputs) => Path.Combine(Checkpoint(inputs), "rootfs-diff.tar");

    /// <summary>The list of changes, which names every entry.</summary>
    internal static string Changes(string inputs) => Path.Combine(inputs, "changes.json");

    /// <summary>Makes all of them.</summary>
    internal static void Make(string inputs, long files, int seed)
    {
        var random = new Random(seed);
        var pool = new byte[1 << 20];
        random.NextBytes(pool);
        var tree = Directory.CreateDirectory(Tree(inputs)).FullName;
        string? previous = null;
        for (var i = 0; i < files; i++)
        {
            var group = i / FolderLength;
            var folder = Path.Combine(tree, "usr", "lib", Number("group", group % 20), Number("package", group));
            if (i % FolderLength == 0)
                Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, Number("module", i % FolderLength));
            var kind = random.NextDouble();
            if (kind < 0.06)
                File.CreateSymbolicLink(path, Path.Combine("..", Number("package", 0), Number("module", i % FolderLength)));
            else if (kind < 0.08 && previous is not null)
                Must(Libc.link(previous, path), path);
            else
                MakeFile(previous = path, pool, random);
        }

        Directory.CreateDirectory(Checkpoint(inputs));
        Programs.Execute("tar", "--create", "--format=pax", "--xattrs", "--sort=name", "--file", Archive(inputs), "--directory", tree, ".");
        var changes = Trees.List(tree).Order(StringComparer.Ordinal).Select(static name => new { path = $"/{name}", kind = "add" });
        File.WriteAllText(Changes(inputs), JsonSerializer.Serialize(changes));
    }

    // Sizes as in /usr: half below 1.5 KiB, a few of many pages.
    private static void MakeFile(string path, byte[] pool, Random random)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var length = (int)Math.Min(LargestFile, Math.Exp(7.2 + (1.2 * normal)));
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
            RandomAccess.Write(file, pool.AsSpan(random.Next(pool.Length - length), length), 0);
        if (random.NextDouble() < 0.1 && Environment.IsPrivilegedProcess)
            Must(Libc.lchown(path, 1000, 1000), path);
        File.SetUnixFileMode(path, (UnixFileMode)(random.Next(10) switch { < 7 => 0x1A4, < 9 => 0x1ED, _ => 0x180 }));
        if (random.NextDouble() < 0.05)
            Must(Libc.lsetxattr(path, "user.origin", pool, (nuint)random.Next(4, 40), 0), path);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddSeconds(1_700_000_000 + (random.NextDouble() * 10_000_000)));
    }

    private static string Number(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}-{number:D4}");

    private static void Must(int result, string path)
    {
        if (result != 0)
            throw new IOException($"'{path}': {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }
}
