using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>W2: a diff of 50,000 small files, links and attributes is applied.</summary>
/// <param name="settings">What was asked for.</param>
/// <param name="existing">Whether all of it is there already, and is replaced.</param>
internal sealed class ApplyWork(Settings settings, bool existing) : Work(settings)
{
    private const long Files = 50_000;

    internal override string Name => existing ? "W2 apply 50,000 files over a tree" : "W2 apply 50,000 files";

    internal override string InputsName => "small files";

    internal override bool HasManyFiles => true;

    internal override long Entries => Settings.Scaled(Files);

    internal override IReadOnlyList<Target> Targets => [Target.Faster("ours", "GNU tar", 1.5)];

    internal override void MakeInputs(string inputs) => SmallFilesInputs.Make(inputs, Settings.Scaled(Files), Settings.Seed);

    internal override IReadOnlyList<Way> Ways(string inputs)
    {
        var archive = SmallFilesInputs.Archive(inputs);
        return
        [
            Make("ours", run => Agent("rootfs", "apply", SmallFilesInputs.Checkpoint(inputs), run.Output)),
            Make("GNU tar", run => Extract(archive, run.Output)),
            Make("bsdtar", run => ["bsdtar", "-x", "-p", "--xattrs", "-f", archive, "-C", run.Output]),
        ];

        Way Make(string name, Func<RunFolder, string[]> command) => new(name, command)
        {
            Prepare = existing ? run => Programs.Execute(Extract(archive, run.Output)) : null,
            Check = static run => Trees.Compare(SmallFilesInputs.Tree(run.Inputs), run.Output),
        };
    }

    internal static string[] Extract(string archive, string folder) =>
        ["tar", "--extract", "--preserve-permissions", "--xattrs", "--xattrs-include=*", "--file", archive, "--directory", folder];
}
