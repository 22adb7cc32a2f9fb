using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>The changes of a container's root file system against its image: rootfs-diff.tar.</summary>
public static class RootFsDiff
{
    /// <summary>The diff's name in a checkpoint.</summary>
    public const string FileName = "rootfs-diff.tar";

    /// <summary>Applies <paramref name="source"/>'s rootfs-diff.tar, plain or compressed, to a root file system. No such file: nothing to do.</summary>
    public static ApplyResult Apply(
        RootDirectory source, RootDirectory rootfs, ArchiveLimits? limits = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Applies a diff, plain or compressed, from a stream.</summary>
    public static ApplyResult Apply(Stream tar, RootDirectory rootfs, ArchiveLimits? limits = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Writes what an overlay's upper folder holds. The stream need not seek and stays open.</summary>
    public static DiffResult CreateFromUpper(
        RootDirectory upper, Stream tar, UpperDiffOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Writes the named changes, looked up below <paramref name="rootfs"/>. One that is not there is an error, not left out.</summary>
    public static DiffResult CreateFromChanges(
        IEnumerable<FileChange> changes, RootDirectory rootfs, Stream tar, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();
}
