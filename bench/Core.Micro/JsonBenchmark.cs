using System.Text;
using BenchmarkDotNet.Attributes;
using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.Core.Micro;

/// <summary>The JSON files of a checkpoint: config.dump, and a list of 5,000 deleted files.</summary>
[MemoryDiagnoser]
public class JsonBenchmark
{
    private readonly byte[] _config = Encoding.UTF8.GetBytes(
        """{"id":"4f1c","name":"bench","rootfsImageName":"example.org/bench:1","runtime":"runc","createdTime":"2026-01-02T03:04:05.678Z"}""");

    private readonly byte[] _deleted = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 5000).Select(static i => $"\"/var/cache/folder-{i % 50}/file-{i}\""))}]");

    [Benchmark]
    public string? Config() => ConfigDump.Parse(_config).Runtime;

    [Benchmark]
    public long Deleted() => DeletedFilesJson.Count(_deleted);
}
