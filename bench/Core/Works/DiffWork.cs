using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>W4: a diff of 50,000 small files is made, from a list of changes and from an overlay's upper folder. GNU tar and bsdtar archive the same files.</summary>
internal sealed class DiffWork(Settings settings) : Work(settings)
{
    private const long Files = 50_000;

    internal override string Name => "W4 diff of 50,000 files";

    internal override string InputsName => "small files";

    internal override bool HasManyFiles => true;

    internal override long Entries => Settings.Scaled(Files);

    internal override IReadOnlyList<Target> Targets => [Target.Faster("ours, list", "GNU tar", 1.4), Target.Faster("ours, upper", "GNU tar", 1.4)];

    internal override void MakeInputs(string inputs) => SmallFilesInputs.Make(inputs, Settings.Scaled(Files), Settings.Seed);

    internal override IReadOnlyList<Way> Ways(string inputs)
    {
        var tree = SmallFilesInputs.Tree(inputs);
        return
        [
            Make("ours, list", run => Agent("rootfs", "diff", "--changes", SmallFilesInputs.Changes(inputs), tree, run.Output)),
            Make("ours, upper", run => Agent("rootfs", "diff", "--upper", tree, tree, run.Output)),
            Make("GNU tar", run => ["tar", "--create", "--format=pax", "--xattrs", "--file", Diff(run), "--directory", tree, "."]),
            Make("bsdtar", run => ["bsdtar", "-c", "--format=pax", "--xattrs", "-f", Diff(run), "-C", tree, "."]),
        ];

        static Way Make(string name, Func<RunFolder, string[]> command) => new(name, command) { Check = Check };
    }

    private static string Diff(RunFolder run) => run.File("rootfs-diff.tar");

    private static void Check(RunFolder run)
    {
        var applied = Directory.CreateDirectory(Path.Combine(run.Log, "applied")).FullName;
        Programs.Execute(ApplyWork.Extract(Diff(run), applied));
        Trees.Compare(SmallFilesInputs.Tree(run.Inputs), applied);
    }
}
