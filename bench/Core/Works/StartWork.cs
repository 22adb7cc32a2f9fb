namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>The command line starts, tells its version and ends.</summary>
internal sealed class StartWork(Settings settings) : Work(settings)
{
    internal override string Name => "start of the command line";

    internal override long Entries => 1;

    internal override int Repeats => 4;

    internal override IReadOnlyList<Target> Targets => [Target.Below("ours", 8)];

    internal override void MakeInputs(string inputs)
    {
        // Nothing is read.
    }

    internal override IReadOnlyList<Way> Ways(string inputs) =>
    [
        new Way("ours", _ => Agent("--version")) { Check = CheckVersion },
        new Way("GNU tar", _ => ["tar", "--version"]) { Check = CheckVersion },
        new Way("bsdtar", _ => ["bsdtar", "--version"]) { Check = CheckVersion },
    ];

    private static void CheckVersion(RunFolder run)
    {
        if (!run.Printed.Any(char.IsDigit))
            throw new WrongResultException($"no version was printed, but: {run.Printed}");
    }
}
