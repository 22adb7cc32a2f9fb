using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>How an overlay's upper folder is read.</summary>
public sealed record UpperDiffOptions
{
    /// <summary>
    /// Paths that are left out with all below them: where volumes and the engine's own files are mounted, for which runtimes make empty
    /// files and folders.
    /// </summary>
    public IReadOnlySet<RelativePath> Excluded { get; init; } = new HashSet<RelativePath>();

    /// <summary>
    /// The overlay's lower folders, topmost first. Needed to name what an opaque directory hides in deleted.files; without them an
    /// opaque directory is written as an OCI whiteout (<c>.wh..wh..opq</c>), which this library honours and podman does not.
    /// </summary>
    public IReadOnlyList<RootDirectory> Lower { get; init; } = [];

    /// <summary>The mounted overlay. Needed for files whose content was not copied up (<c>metacopy</c>).</summary>
    public RootDirectory? Merged { get; init; }
}
