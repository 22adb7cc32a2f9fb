using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>How a diff is made.</summary>
public sealed record DiffOptions
{
    /// <summary>How the diff says what was deleted. Defaults to <see cref="DiffDialect.DeletedFiles"/>.</summary>
    public DiffDialect Dialect { get; init; }

    /// <summary>
    /// Paths that are left out with all below them: where volumes and the engine's own files are mounted, for which runtimes make empty
    /// files and folders.
    /// </summary>
    public IReadOnlySet<RelativePath> Excluded { get; init; } = new HashSet<RelativePath>();

    /// <summary>
    /// The folders that the diff is against, topmost first: an overlay's lower ones. Needed to name in deleted.files what an opaque folder
    /// hides; without them it is written as an OCI whiteout (<c>.wh..wh..opq</c>), which this library honours and podman does not.
    /// </summary>
    public IReadOnlyList<RootDirectory> Lower { get; init; } = [];

    /// <summary>The mounted overlay. Needed for files whose content was not copied up (<c>metacopy</c>).</summary>
    public RootDirectory? Merged { get; init; }

    /// <summary>
    /// The user namespace that the files belong to: the diff's owners are those that the container's processes see. Null where the folders
    /// show these already.
    /// </summary>
    public IdMap? Ids { get; init; }

    /// <summary>Compares two trees' files by content always, not only where their size and time cannot tell.</summary>
    public bool AlwaysCompareContent { get; init; }
}
