using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>W1: a checkpoint of 10 GiB, for the memory that unpacking it takes. Its pages are a hole in the archive, so that it takes no room.</summary>
internal sealed class LargeImportWork(Settings settings) : Work(settings)
{
    private const long Pages = 10L << 30;
    private const int BlockSize = 512;

    internal override string Name => "W1 import, 10 GiB of pages";

    internal override long Entries => 1;

    internal override long NewMemory => base.NewMemory + Settings.Scaled(Pages);

    internal override int? Rounds => 1;

    internal override IReadOnlyList<Target> Targets => [Target.Within("ours", 24)];

    internal override void MakeInputs(string inputs)
    {
        var pages = Path.Combine(inputs, "pages-1.img");
        var length = Settings.Scaled(Pages) / BlockSize * BlockSize;
        using (var file = File.OpenHandle(pages, FileMode.CreateNew, FileAccess.Write))
            RandomAccess.SetLength(file, length);
        // GNU tar's own header for that file, its content as a hole, and the end of an archive.
        Programs.Execute("bash", "-c", $"tar --create --file - --directory '{inputs}' --transform 's,^,checkpoint/,' pages-1.img | head --bytes {BlockSize} > '{CheckpointInputs.Archive(inputs)}'");
        using var archive = File.OpenHandle(CheckpointInputs.Archive(inputs), FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(archive, BlockSize + length + (2 * BlockSize));
    }

    internal override IReadOnlyList<Way> Ways(string inputs) =>
    [
        new Way("ours", run => Agent("archive", "import", CheckpointInputs.Archive(inputs), run.Output))
        {
            Check = static run =>
            {
                var (expected, actual) = (new FileInfo(run.Input("pages-1.img")).Length, new FileInfo(run.File("checkpoint/pages-1.img")).Length);
                if (expected != actual)
                    throw new WrongResultException($"{actual} bytes were unpacked, not {expected}");
            },
        },
    ];
}
