using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>The list of paths that a container deleted from its image's files: deleted.files, a JSON array.</summary>
public static class DeletedFiles
{
    /// <summary>The list's name in a checkpoint.</summary>
    public const string FileName = "deleted.files";

    /// <summary>
    /// Removes each path of <paramref name="source"/>'s deleted.files below a root file system: a link itself, never its target. The whole
    /// list is checked before the first removal. No such file: nothing to do; a path that is not there: gone already.
    /// </summary>
    /// <returns>Number of paths removed.</returns>
    public static int Remove(RootDirectory source, RootDirectory rootfs, ArchiveLimits? limits = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>The list as the bytes of deleted.files.</summary>
    public static byte[] Serialize(IEnumerable<string> paths) => throw new NotImplementedException();
}
