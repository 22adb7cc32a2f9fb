using System.Security.Cryptography;

namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>W1: the same checkpoint is unpacked and its archive's SHA-256 told, in one pass.</summary>
internal sealed class DigestWork(Settings settings) : Work(settings)
{
    private const long Pages = 1L << 30;

    internal override string Name => "W1 import with SHA-256, 1 GiB of pages";

    internal override string InputsName => "checkpoint";

    internal override long Entries => CheckpointInputs.Entries;

    internal override long NewMemory => base.NewMemory + Settings.Scaled(Pages);

    internal override IReadOnlyList<Target> Targets => [new Target("ours", ["cp", "openssl"], 1 / 1.1)];

    internal override void MakeInputs(string inputs) => CheckpointInputs.Make(inputs, Settings.Scaled(Pages), Settings.Seed);

    internal override IReadOnlyList<Way> Ways(string inputs)
    {
        var archive = CheckpointInputs.Archive(inputs);
        return
        [
            new Way("ours", run => Agent("archive", "import", "--digest", archive, run.Output)) { Check = Check },
            new Way("cp", run => ["cp", "--recursive", "--no-target-directory", run.Input("tree"), run.Output]) { Check = CheckpointInputs.CheckImport },
            new Way("openssl", _ => ["openssl", "dgst", "-sha256", archive]) { Check = CheckDigest },
            new Way("sha256sum", _ => ["sha256sum", archive]) { Check = CheckDigest },
        ];
    }

    private static void Check(RunFolder run)
    {
        CheckpointInputs.CheckImport(run);
        CheckDigest(run);
    }

    private static void CheckDigest(RunFolder run)
    {
        using var archive = File.OpenRead(CheckpointInputs.Archive(run.Inputs));
        var digest = Convert.ToHexStringLower(SHA256.HashData(archive));
        if (!run.Printed.Contains(digest, StringComparison.Ordinal))
            throw new WrongResultException($"the digest is {digest}; printed was: {run.Printed}");
    }
}
