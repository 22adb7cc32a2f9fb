using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>The changes of a container's root file system against its image: rootfs-diff.tar.</summary>
public static class RootFsDiff
{
    /// <summary>The diff's name in a checkpoint.</summary>
    public const string FileName = CheckpointFiles.RootFsDiff;

    /// <summary>
    /// Applies <paramref name="source"/>'s rootfs-diff.tar, plain or compressed, to a root file system. No such file: nothing to do. Whiteouts, OCI's
    /// and the overlay's, remove; what is mounted below the root is neither written to nor removed.
    /// </summary>
    /// <param name="source">The unpacked checkpoint.</param>
    /// <param name="rootfs">The root file system.</param>
    /// <param name="limits">What the diff may hold.</param>
    /// <param name="ids">The container's user namespace, whose ids the diff's owners are; null where they are the file system's own.</param>
    /// <param name="cancellationToken">Ends the work between entries.</param>
    /// <exception cref="ArchiveRefusedException">The diff holds what it must not; what came before stays, new folders closed to all but root.</exception>
    public static ApplyResult Apply(
        RootDirectory source, RootDirectory rootfs, ArchiveLimits? limits = null, IdMap? ids = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var file = CheckpointFiles.TryOpen(source, FileName);
        if (file is null)
            return default;
        using var stream = new HandleStream(file);
        return Apply(stream, rootfs, limits, ids, cancellationToken);
    }

    /// <summary>Applies a diff, plain or compressed, from a stream.</summary>
    /// <inheritdoc cref="Apply(RootDirectory, RootDirectory, ArchiveLimits?, IdMap?, CancellationToken)"/>
    public static ApplyResult Apply(
        Stream tar, RootDirectory rootfs, ArchiveLimits? limits = null, IdMap? ids = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tar);
        ArgumentNullException.ThrowIfNull(rootfs);
        using var extractor = new TreeExtractor(rootfs, ExtractionPolicy.RootFs with { Ids = ids });
        extractor.ExtractAll(tar, limits, cancellationToken);
        return new ApplyResult(extractor.Entries, extractor.Bytes, extractor.Whiteouts);
    }

    /// <summary>Writes what an overlay's upper folder holds, and as its first entry, <c>/</c>, the owner and mode of the root. The stream need not seek and stays open.</summary>
    /// <exception cref="NotSupportedException">The folder holds what a diff cannot express; the message names it.</exception>
    public static DiffResult CreateFromUpper(
        RootDirectory upper, Stream tar, DiffOptions? options = null, CancellationToken cancellationToken = default) =>
        CreateFromUppers([upper], tar, options, cancellationToken);

    /// <summary>
    /// Writes what several upper folders, the topmost first, hold together, as an overlay of them would show it: what an upper one has, deletes
    /// or makes opaque hides what is below.
    /// </summary>
    /// <inheritdoc cref="CreateFromUpper"/>
    public static DiffResult CreateFromUppers(
        IReadOnlyList<RootDirectory> uppers, Stream tar, DiffOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uppers);
        ArgumentOutOfRangeException.ThrowIfZero(uppers.Count, nameof(uppers));
        ArgumentNullException.ThrowIfNull(tar);
        options ??= new DiffOptions();
        using var writer = new DiffWriter(tar, options, cancellationToken);
        new UpperDiff(writer, options).Write(uppers);
        return writer.Complete();
    }

    /// <summary>
    /// Writes what makes one tree into another, found by one walk through both. Entries are compared by type, mode, owner, time, size, link
    /// target, device, extended attributes and number of names; the content of files that agree in all these is read only if their time has no
    /// nanoseconds, because it may then be cut (<see cref="DiffOptions.AlwaysCompareContent"/> reads it always).
    /// </summary>
    /// <param name="before">The tree that the diff is against.</param>
    /// <param name="after">The tree that applying the diff to the other makes.</param>
    /// <param name="tar">Takes the diff; it need not seek and stays open.</param>
    /// <param name="options">How it is made; its Lower and Merged have no meaning here.</param>
    /// <param name="cancellationToken">Ends the work between entries.</param>
    public static DiffResult CreateFromTrees(
        RootDirectory before, RootDirectory after, Stream tar, DiffOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(tar);
        options ??= new DiffOptions();
        using var writer = new DiffWriter(tar, options, cancellationToken);
        using var old = new TreeReader(before);
        using var now = new TreeReader(after);
        new TreeDiff(old, now, writer, options).Write();
        return writer.Complete();
    }

    /// <summary>
    /// Writes the named changes, looked up below <paramref name="rootfs"/>. One that is not there is an error, not left out. A folder that is
    /// listed as deleted and is there was made anew (podman's lists tell it so): it is written as an opaque one.
    /// </summary>
    /// <exception cref="FormatException">A change has no path, or one that names nothing below the root.</exception>
    public static DiffResult CreateFromChanges(
        IEnumerable<FileChange> changes, RootDirectory rootfs, Stream tar, DiffOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(rootfs);
        ArgumentNullException.ThrowIfNull(tar);
        options ??= new DiffOptions();
        using var writer = new DiffWriter(tar, options, cancellationToken);
        using var tree = new TreeReader(rootfs);
        new ChangesDiff(tree, writer, options).Write(changes);
        return writer.Complete();
    }

    /// <summary>
    /// Writes <paramref name="source"/>'s rootfs-diff.tar and deleted.files, whichever dialect they are in, in the one that the options name;
    /// either form makes the same tree. A compressed diff comes out plain.
    /// </summary>
    /// <param name="source">The folder of the two files; one that is not there says nothing.</param>
    /// <param name="tar">Takes the diff; it need not seek and stays open.</param>
    /// <param name="options">The dialect, and in Lower what the diff is against; the rest has no meaning here.</param>
    /// <param name="limits">What the diff may hold.</param>
    /// <param name="cancellationToken">Ends the work between entries.</param>
    /// <exception cref="ArchiveRefusedException">The diff or the list holds what it must not.</exception>
    public static DiffResult Convert(
        RootDirectory source, Stream tar, DiffOptions options, ArchiveLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(tar);
        ArgumentNullException.ThrowIfNull(options);
        limits ??= ArchiveLimits.Default;
        var deleted = DeletedFiles.Read(source, limits);
        using var writer = new DiffWriter(tar, options, cancellationToken);
        var conversion = new DiffConversion(writer, options);
        using var file = CheckpointFiles.TryOpen(source, FileName);
        using var content = file is null ? Stream.Null : DecompressedStream.Open(new HandleStream(file), limits, out _);
        using var reader = new TarReader(content, limits);
        return conversion.Convert(deleted, reader, cancellationToken);
    }
}
