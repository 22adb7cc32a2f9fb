using BenchmarkDotNet.Attributes;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Micro;

/// <summary>A path of seven components: checked, and walked below a root as it is for each entry whose folder is another than the one before.</summary>
[MemoryDiagnoser]
public class PathBenchmark
{
    private const string Name = "usr/lib/python3/dist-packages/package/module/__init__.py";

    private readonly byte[] _name = System.Text.Encoding.ASCII.GetBytes(Name);
    private readonly string _folder = Directory.CreateTempSubdirectory("path-benchmark-").FullName;
    private RootDirectory? _root;
    private RelativePath _path;

    [GlobalSetup]
    public void Setup()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, Name))!);
        File.WriteAllText(Path.Combine(_folder, Name), "");
        _root = RootDirectory.Open(_folder);
        _path = RelativePath.Parse(Name);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _root!.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public RelativePath Parse() => RelativePath.Parse(_name);

    [Benchmark]
    public bool Walk() => _root!.Exists(_path);
}
