namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>W1: a checkpoint of 1 GiB of memory is unpacked, without config.dump and spec.dump.</summary>
internal sealed class ImportWork(Settings settings) : Work(settings)
{
    private const long Pages = 1L << 30;

    internal override string Name => "W1 import, 1 GiB of pages";

    internal override string InputsName => "checkpoint";

    internal override long Entries => CheckpointInputs.Entries;

    internal override long NewMemory => base.NewMemory + Settings.Scaled(Pages);

    internal override IReadOnlyList<Target> Targets =>
        [Target.Faster("ours", "GNU tar", 1.8), Target.Faster("ours", "cp", 1), Target.Within("ours", 24)];

    internal override void MakeInputs(string inputs) => CheckpointInputs.Make(inputs, Settings.Scaled(Pages), Settings.Seed);

    internal override IReadOnlyList<Way> Ways(string inputs)
    {
        var archive = CheckpointInputs.Archive(inputs);
        return
        [
            new Way("ours", run => Agent("archive", "import", archive, run.Output)) { Check = CheckpointInputs.CheckImport },
            new Way("GNU tar", run => ["tar", "--extract", "--file", archive, "--directory", run.Output, "--exclude=config.dump", "--exclude=spec.dump"]) { Check = CheckpointInputs.CheckImport },
            new Way("bsdtar", run => ["bsdtar", "-x", "-f", archive, "-C", run.Output, "--exclude", "config.dump", "--exclude", "spec.dump"]) { Check = CheckpointInputs.CheckImport },
            new Way("cp", run => ["cp", "--recursive", "--no-target-directory", run.Input("tree"), run.Output]) { Check = CheckpointInputs.CheckImport },
        ];
    }
}
