using BenchmarkDotNet.Attributes;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Micro;

/// <summary>A tar's headers: one alone, and a thousand entries without content as a reader goes over them.</summary>
[MemoryDiagnoser]
public class TarHeaderBenchmark
{
    private const int Entries = 1000;

    private readonly byte[] _block = new byte[TarHeader.BlockSize];
    private readonly TarEntry _entry = new();
    private byte[] _archive = [];

    [GlobalSetup]
    public void Setup()
    {
        var entry = new TarEntry { Mode = 0x1A4, UserId = 1000, GroupId = 1000 };
        using var archive = new MemoryStream();
        for (var i = 0; i < Entries; i++)
        {
            TarHeader.Write(_block, System.Text.Encoding.ASCII.GetBytes($"usr/share/doc/package-{i}/copyright"), entry, (byte)'0', 0);
            archive.Write(_block);
        }

        archive.Write(new byte[2 * TarHeader.BlockSize]);
        _archive = archive.ToArray();
    }

    [Benchmark]
    public bool Checksum() => TarHeader.HasValidChecksum(_block);

    [Benchmark]
    public bool Fields() => TarHeader.TryRead(_block, _entry, out _);

    [Benchmark(OperationsPerInvoke = Entries)]
    public long Reader()
    {
        using var reader = new TarReader(new MemoryStream(_archive, writable: false), ArchiveLimits.Default);
        while (reader.Next() is not null)
            ;
        return reader.Entries;
    }
}
