using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>W5: a compressed checkpoint of 256 MiB of memory is unpacked.</summary>
/// <param name="settings">What was asked for.</param>
/// <param name="compression">The program that packs it, <c>gzip</c> or <c>zstd</c>, with its usual level.</param>
/// <param name="tester">The program that unpacks it to nowhere.</param>
/// <param name="ratio">How many times as fast as GNU tar ours should be.</param>
internal sealed class CompressedWork(Settings settings, string compression, string tester, double ratio) : Work(settings)
{
    private const long Pages = 256L << 20;

    internal override string Name => $"W5 import, 256 MiB, {compression}";

    internal override long Entries => CheckpointInputs.Entries;

    internal override long NewMemory => base.NewMemory + Settings.Scaled(Pages);

    internal override IReadOnlyList<Target> Targets => [Target.Faster("ours", "GNU tar", ratio), Target.Faster("ours", "bsdtar", 1.3)];

    internal override void MakeInputs(string inputs)
    {
        CheckpointInputs.Make(inputs, Settings.Scaled(Pages), Settings.Seed);
        Programs.Execute(compression, "--quiet", CheckpointInputs.Archive(inputs));
        // zstd keeps what it packed.
        File.Delete(CheckpointInputs.Archive(inputs));
    }

    internal override IReadOnlyList<Way> Ways(string inputs)
    {
        var archive = Directory.EnumerateFiles(inputs, "checkpoint.tar.*").Single();
        return
        [
            new Way("ours", run => Agent("archive", "import", archive, run.Output)) { Check = CheckpointInputs.CheckImport },
            new Way("GNU tar", run => ["tar", $"--{compression}", "--extract", "--file", archive, "--directory", run.Output, "--exclude=config.dump", "--exclude=spec.dump"])
            {
                Check = CheckpointInputs.CheckImport,
            },
            new Way("bsdtar", run => ["bsdtar", "-x", "-f", archive, "-C", run.Output, "--exclude", "config.dump", "--exclude", "spec.dump"]) { Check = CheckpointInputs.CheckImport },
            new Way($"{tester} --test", _ => [tester, "--test", "--quiet", archive]),
        ];
    }
}
