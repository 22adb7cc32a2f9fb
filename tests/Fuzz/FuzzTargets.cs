using System.Text.Json;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Fuzz.Targets;

namespace CheckpointOperator.Fuzz;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    internal static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("tar", ["tar"], "tar", TarTarget.Run),
        new("tar-difference", ["tar"], "tar", TarDifferenceTarget.Run),
        new("gzip", ["gzip"], "tar", DecompressionTarget.For(ArchiveCompression.Gzip)),
        new("zstd", ["zstd"], "tar", DecompressionTarget.For(ArchiveCompression.Zstandard)),
        new("bzip2", ["bzip2"], "tar", DecompressionTarget.For(ArchiveCompression.Bzip2)),
        new("xz", ["xz"], "tar", DecompressionTarget.For(ArchiveCompression.Xz)),
        new("config", ["config"], "json", static input => ConfigDump.Parse(input)),
        new("spec", ["spec"], "json", static input => SpecDump.Parse(input)),
        new("runtime", ["runtime"], "json", RuntimeTarget.Run) { Refusals = [typeof(InvalidDataException)] },
        new("criu", ["criu"], "criu", CriuTarget.Run),
        new("deleted-files", ["deleted-files"], "json", DeletionTarget.Run) { Refusals = WithFileSystem },
        new("changes", ["changes"], "json", ChangesTarget.Run) { Refusals = [typeof(FormatException), typeof(JsonException), .. WithFileSystem] },
        new("image", ["image"], "json", ImageTarget.Run) { Refusals = WithFileSystem },
        new("volume", ["tar"], "tar", TreeTargets.ExtractVolume) { Refusals = WithFileSystem },
        new("rootfs-diff", ["tar"], "tar", TreeTargets.ApplyDiff) { Refusals = WithFileSystem },
        new("diff-trees", ["tar"], "tar", DiffTargets.CompareTrees) { Refusals = [typeof(NotSupportedException), .. WithFileSystem] },
        new("diff-convert", ["tar"], "tar", DiffTargets.Convert) { Refusals = [typeof(NotSupportedException), .. WithFileSystem] },
        new("import", ["checkpoint", "tar"], "tar", ImportTarget.Run) { Refusals = WithFileSystem },
    ];

    private static Type[] WithFileSystem => [typeof(ArchiveRefusedException), typeof(FileSystemException)];

    internal static FuzzTarget Find(string name) =>
        All.FirstOrDefault(target => target.Name == name)
        ?? throw new ArgumentException($"there is no target '{name}'; there are {string.Join(", ", All.Select(static target => target.Name))}");
}
