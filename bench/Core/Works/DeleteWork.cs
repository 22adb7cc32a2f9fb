using System.Globalization;
using System.Text.Json;
using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>W3: a list of 5,000 folders, of eleven files each, is removed, and a file beside each hundred of them is not.</summary>
internal sealed class DeleteWork(Settings settings) : Work(settings)
{
    private const int FolderLength = 11;
    private const int GroupLength = 100;

    internal override string Name => "W3 delete 5,000 entries";

    internal override bool HasManyFiles => true;

    internal override long Entries => Settings.Scaled(5000);

    internal override IReadOnlyList<Target> Targets => [Target.Faster("ours", "rm -rf", 1.3)];

    internal override void MakeInputs(string inputs)
    {
        var names = new List<string>();
        for (var i = 0; i < Entries; i++)
        {
            var group = string.Create(CultureInfo.InvariantCulture, $"var/cache/group-{i / GroupLength:D2}");
            if (i % GroupLength == 0)
            {
                foreach (var tree in new[] { "tree", "kept" })
                    File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(inputs, tree, group)).FullName, "kept"), "kept");
            }

            names.Add(string.Create(CultureInfo.InvariantCulture, $"{group}/entry-{i:D4}"));
            var folder = Directory.CreateDirectory(Path.Combine(inputs, "tree", names[^1])).FullName;
            for (var file = 0; file < FolderLength; file++)
                File.WriteAllText(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"file-{file}")), names[^1]);
        }

        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(inputs, "checkpoint")).FullName, "deleted.files"), JsonSerializer.Serialize(names.Select(static name => $"/{name}")));
        File.WriteAllText(Path.Combine(inputs, "names"), string.Concat(names.Select(static name => $"{name}\0")));
    }

    internal override IReadOnlyList<Way> Ways(string inputs)
    {
        return
        [
            Make("ours", run => Agent("rootfs", "delete", run.Input("checkpoint"), run.Output)),
            Make("rm -rf", run => ["xargs", "--null", "--arg-file", run.Input("names"), "env", "--chdir", run.Output, "rm", "-rf"]),
        ];

        static Way Make(string name, Func<RunFolder, string[]> command) => new(name, command)
        {
            Prepare = static run => Programs.Execute("cp", "--archive", "--no-target-directory", run.Input("tree"), run.Output),
            Check = static run => Trees.Compare(run.Input("kept"), run.Output),
        };
    }
}
