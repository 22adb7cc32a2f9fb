using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>The changes of a container's root file system against its image: rootfs-diff.tar.</summary>
public static class RootFsDiff
{
    /// <summary>The diff's name in a checkpoint.</summary>
    public const string FileName = CheckpointFiles.RootFsDiff;

    /// <summary>Applies <paramref name="source"/>'s rootfs-diff.tar, plain or compressed, to a root file system. No such file: nothing to do.</summary>
    public static ApplyResult Apply(
        RootDirectory source, RootDirectory rootfs, ArchiveLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var file = CheckpointFiles.TryOpen(source, FileName);
        if (file is null)
            return default;
        using var stream = new HandleStream(file);
        return Apply(stream, rootfs, limits, cancellationToken);
    }

    /// <summary>Applies a diff, plain or compressed, from a stream.</summary>
    public static ApplyResult Apply(Stream tar, RootDirectory rootfs, ArchiveLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tar);
        ArgumentNullException.ThrowIfNull(rootfs);
        using var extractor = new TreeExtractor(rootfs, ExtractionPolicy.RootFs);
        extractor.ExtractAll(tar, limits, cancellationToken);
        return new ApplyResult(extractor.Entries, extractor.Bytes, extractor.Whiteouts);
    }

    /// <summary>Writes what an overlay's upper folder holds, and as its first entry, <c>/</c>, the owner and mode of the root. The stream need not seek and stays open.</summary>
    public static DiffResult CreateFromUpper(
        RootDirectory upper, Stream tar, UpperDiffOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upper);
        ArgumentNullException.ThrowIfNull(tar);
        var writer = CreateWriter(tar);
        var archiver = new TreeArchiver(upper, writer, cancellationToken);
        var deleted = new UpperDiff(upper, archiver, options ?? new UpperDiffOptions()).Write();
        writer.Complete();
        return new DiffResult(archiver.Entries, archiver.Bytes, deleted);
    }

    /// <summary>
    /// Writes the named changes, looked up below <paramref name="rootfs"/>. One that is not there is an error, not left out. A folder that is
    /// listed as deleted and is there was made anew (podman's lists tell it so): it is written as an opaque one.
    /// </summary>
    /// <exception cref="FormatException">A change has no path, or one that names nothing below the root.</exception>
    public static DiffResult CreateFromChanges(
        IEnumerable<FileChange> changes, RootDirectory rootfs, Stream tar, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(rootfs);
        ArgumentNullException.ThrowIfNull(tar);
        var writer = CreateWriter(tar);
        var archiver = new TreeArchiver(rootfs, writer, cancellationToken);
        var deleted = new List<string>();
        var written = new HashSet<RelativePath>();
        // Folder by folder: GNU tar sets a folder's time when it goes on to the next one, and what comes later would change it again.
        foreach (var change in changes.OrderBy(SortKey, StringComparer.Ordinal))
        {
            var path = change is { Path: "/", Kind: FileChangeKind.Modify } ? RelativePath.Root : RelativePath.Parse(change.Path);
            if (change.Kind != FileChangeKind.Delete)
                Add(path, change.Kind);
            else if (rootfs.Stat(path) is { Type: FileType.Directory })
                AddMadeAnew(path);
            else
                deleted.Add($"/{path}");
        }

        writer.Complete();
        return new DiffResult(archiver.Entries, archiver.Bytes, deleted);

        // JSON can say null where a change or its path has to be.
        static string SortKey(FileChange? change) => change?.Path?.Replace('/', '\0') ?? throw new FormatException("a change in the list has no path");

        void AddMadeAnew(RelativePath path)
        {
            Add(path, FileChangeKind.Modify);
            archiver.AddMark(path.Append(Whiteout.OpaqueName));
            Add(path, FileChangeKind.Add);
        }

        // A list of changes names a new directory and mostly, again, what is in it.
        void Add(RelativePath path, FileChangeKind kind)
        {
            if (written.Add(path) && archiver.Add(path) != FileType.Directory)
                return;
            if (kind != FileChangeKind.Add || rootfs.Stat(path) is not { Type: FileType.Directory })
                return;
            foreach (var child in rootfs.List(path))
                Add(child.Path, kind);
        }
    }

    // Of the names that a root can have in a tar podman heeds this one alone.
    private static TarWriter CreateWriter(Stream tar) => new(tar) { RootName = "/"u8.ToArray() };
}
