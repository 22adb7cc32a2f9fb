namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>W1: what stands behind the pages in the same checkpoint is read, the pages are not.</summary>
internal sealed class MetadataWork(Settings settings) : Work(settings)
{
    // "Within 1.5 times of the listing".
    private const double Ratio = 1 / 1.5;

    internal override string Name => "W1 metadata, 1 GiB of pages";

    internal override string InputsName => "checkpoint";

    internal override long Entries => CheckpointInputs.Entries;

    internal override int Repeats => 4;

    internal override IReadOnlyList<Target> Targets =>
    [
        Target.Faster("ours, config only", "GNU tar, list", Ratio),
        Target.Faster("ours, runtime", "GNU tar, list", Ratio),
        Target.Faster("ours, inspect", "GNU tar, list", Ratio),
    ];

    internal override void MakeInputs(string inputs) => CheckpointInputs.Make(inputs, Settings.Scaled(1L << 30), Settings.Seed);

    internal override IReadOnlyList<Way> Ways(string inputs)
    {
        var archive = CheckpointInputs.Archive(inputs);
        return
        [
            new Way("ours, config only", run => Agent("archive", "import-config", archive, run.Output)) { Check = CheckConfig },
            new Way("ours, runtime", _ => Agent("archive", "runtime", archive)) { Check = static run => CheckPrinted(run, "runc") },
            new Way("ours, inspect", _ => Agent("archive", "inspect", "--no-digest", archive)) { Check = static run => CheckPrinted(run, "example.org/bench:1") },
            new Way("GNU tar, list", _ => ["tar", "--list", "--file", archive]) { Check = static run => CheckPrinted(run, "config.dump") },
            new Way("GNU tar, config only", run => ["tar", "--extract", "--file", archive, "--directory", run.Output, "config.dump", "spec.dump"]) { Check = CheckConfig },
            new Way("bsdtar, config only", run => ["bsdtar", "-x", "-f", archive, "-C", run.Output, "config.dump", "spec.dump"]) { Check = CheckConfig },
        ];
    }

    private static void CheckConfig(RunFolder run)
    {
        foreach (var name in new[] { "config.dump", "spec.dump" })
        {
            if (File.ReadAllText(run.File(name)) != File.ReadAllText(run.Input($"dumps/{name}")))
                throw new WrongResultException($"{run.File(name)} has other content than the archive's");
        }
    }

    private static void CheckPrinted(RunFolder run, string expected)
    {
        if (!run.Printed.Contains(expected, StringComparison.Ordinal))
            throw new WrongResultException($"'{expected}' was not printed, but: {run.Printed}");
    }
}
