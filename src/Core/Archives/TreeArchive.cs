using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives;

/// <summary>A folder as a tar archive, such as a volume's content: owners, modes, times to the nanosecond, links and extended attributes are kept.</summary>
public static class TreeArchive
{
    /// <summary>Writes a folder's content, and the folder's own owner and mode as entry <c>./</c>. The stream need not seek and stays open.</summary>
    /// <returns>Number of entries.</returns>
    public static long Write(RootDirectory directory, Stream tar, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Unpacks into a folder, confined to it. Setuid bits, file capabilities and devices do not come along.</summary>
    public static ImportResult Extract(Stream tar, RootDirectory directory, ArchiveLimits? limits = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();
}
