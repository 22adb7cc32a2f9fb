using System.Diagnostics;

namespace CheckpointOperator.Fuzz.Seeds;

/// <summary>Archives by GNU tar in each of its formats, and one archive by each compressor.</summary>
internal static class ProgramSeeds
{
    private const string Tree = """
        mkdir -p data/sub
        echo content > data/file
        : > data/empty
        ln -s file data/link
        ln data/file data/hard
        mkfifo data/fifo
        long=data/$(printf 'n%.0s' $(seq 120))
        echo long > $long
        ln -s $(printf 't%.0s' $(seq 130)) data/longlink
        truncate -s 8192 sparse; echo x | dd of=sparse bs=1 seek=4096 conv=notrunc status=none
        find . -exec touch --no-dereference --date=@1700000000 {} +
        """;

    private const string Tar = "tar --create --blocking-factor=1 --sort=name --mtime=@1700000000.123456789 --owner=root:0 --group=root:0 --mode=u=rw,go=r";

    private const string Small = "printf 'some content, some more content\\n%.0s' $(seq 40)";

    internal static IEnumerable<(string Name, byte[] Content)> Create()
    {
        var folder = Directory.CreateTempSubdirectory("fuzz-seeds-").FullName;
        try
        {
            Shell(folder, Tree);
            yield return ("tar/gnu", Shell(folder, $"{Tar} --format=gnu data"));
            yield return ("tar/gnu-sparse", Shell(folder, $"{Tar} --format=gnu --sparse sparse"));
            yield return ("tar/gnu-base256", Shell(folder, $"{Tar} --format=gnu --owner=:4000000000 --group=:2097152 --mtime=@-1 data/file"));
            yield return ("tar/posix", Shell(folder, $"{Tar} --format=posix --pax-option=delete=atime,delete=ctime,globexthdr.name=g,exthdr.name=p,exthdr.mtime=1700000000 data"));
            yield return ("tar/posix-sparse", Shell(folder, $"{Tar} --format=posix --pax-option=delete=atime,delete=ctime,exthdr.name=p,exthdr.mtime=1700000000 --sparse sparse"));
            yield return ("tar/posix-sparse-0.1", Shell(folder, $"{Tar} --format=posix --pax-option=delete=atime,delete=ctime,exthdr.name=p,exthdr.mtime=1700000000 --sparse-version=0.1 --sparse sparse"));
            yield return ("tar/posix-global", Shell(folder, $"{Tar} --format=posix --pax-option=comment=hello,globexthdr.name=g,globexthdr.mtime=1700000000,exthdr.name=p,exthdr.mtime=1700000000 data/file"));
            yield return ("tar/v7", Shell(folder, $"{Tar} --format=v7 data/file data/link data/sub"));
            yield return ("tar/ustar", Shell(folder, $"{Tar} --format=ustar data/file data/link data/hard data/fifo data/sub"));
            foreach (var (name, command) in Compressors)
            {
                yield return ($"{name}/text", Shell(folder, $"{Small} | {command}"));
                yield return ($"{name}/empty", Shell(folder, $"{command} < /dev/null"));
                yield return ($"{name}/two-parts", Shell(folder, $"echo one | {command}; echo two | {command}"));
                yield return ($"{name}/tar", Shell(folder, $"{Tar} --format=ustar data/file data/link | {command}"));
                // Below the ratio's floor, and above it.
                yield return ($"{name}/zeros", Shell(folder, $"head -c 60000 /dev/zero | {command}"));
                yield return ($"{name}/bomb", Shell(folder, $"head -c 300000 /dev/zero | {command}"));
                yield return ($"{name}/noise", Shell(folder, $"seq 1 37 9000 | sha256sum | head -c 60 | {command}"));
                yield return ($"{name}/trailing-garbage", Shell(folder, $"echo content | {command}; echo garbage"));
            }

            yield return ("zstd/window", Shell(folder, $"{Small} | zstd --long=27 --no-check"));
            yield return ("zstd/sized", Shell(folder, $"{Small} > small; zstd --no-check --stdout small"));
            yield return ("gzip/named", Shell(folder, "cd data; gzip --name --stdout file"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (string Name, string Command)[] Compressors => [("gzip", "gzip --no-name"), ("zstd", "zstd --single-thread"), ("bzip2", "bzip2 -1"), ("xz", "xz")];

    private static byte[] Shell(string folder, string script)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var shell = Process.Start(start)!;
        using var output = new MemoryStream();
        shell.StandardOutput.BaseStream.CopyTo(output);
        shell.WaitForExit();
        return shell.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"exit code {shell.ExitCode}: {script}");
    }
}
