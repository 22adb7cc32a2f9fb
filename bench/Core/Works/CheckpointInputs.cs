using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>A checkpoint as CRIU and a container engine leave it: few files, most of the bytes in four of pages.</summary>
internal static class CheckpointInputs
{
    /// <summary>Files and folders in it.</summary>
    internal const int Entries = Images + PageFiles + 4;

    private const int Images = 38;
    private const int PageFiles = 4;

    /// <summary>Writes the folder <c>tree</c> with what an import leaves of it, and <c>checkpoint.tar</c>, where config.dump stands near the end.</summary>
    internal static void Make(string inputs, long bytes, int seed)
    {
        var tree = Path.Combine(inputs, "tree");
        var images = Directory.CreateDirectory(Path.Combine(tree, "checkpoint")).FullName;
        var pages = new MemoryPages(seed);
        for (var i = 1; i <= PageFiles; i++)
            pages.Write(Path.Combine(images, $"pages-{i}.img"), bytes / PageFiles);
        for (var i = 1; i <= Images; i++)
            pages.Write(Path.Combine(images, $"core-{i}.img"), i * 512L);
        File.WriteAllText(Path.Combine(tree, "stats-dump"), "made up");
        var dumps = Directory.CreateDirectory(Path.Combine(inputs, "dumps")).FullName;
        File.WriteAllText(Path.Combine(dumps, "config.dump"), """{"id":"4f1c","name":"bench","rootfsImageName":"example.org/bench:1","runtime":"runc"}""");
        File.WriteAllText(Path.Combine(dumps, "spec.dump"), """{"ociVersion":"1.0.0","annotations":{"io.container.manager":"libpod"}}""");
        Programs.Execute(
            "tar", "--create", "--sort=name", "--file", Archive(inputs), "--directory", tree, "checkpoint", "--directory", dumps, "config.dump", "spec.dump", "--directory", tree, "stats-dump");
    }

    internal static string Archive(string inputs) => Path.Combine(inputs, "checkpoint.tar");

    /// <summary>Throws unless a run's output is the tree.</summary>
    internal static void CheckImport(RunFolder run) => Trees.Compare(run.Input("tree"), run.Output);
}
