using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives;

/// <summary>A folder as a tar archive, such as a volume's content: owners, modes, times to the nanosecond, links and extended attributes are kept.</summary>
public static class TreeArchive
{
    /// <summary>Writes a folder's content, and the folder's own owner and mode as entry <c>./</c>. The stream need not seek and stays open.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="tar">Takes the archive.</param>
    /// <param name="ids">The user namespace that the files belong to, whose ids the archive is to have; null for the file system's own.</param>
    /// <param name="cancellationToken">Ends the work between entries.</param>
    /// <returns>Number of entries.</returns>
    public static long Write(RootDirectory directory, Stream tar, IdMap? ids = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(tar);
        var writer = new TarWriter(tar);
        using var archiver = new TreeArchiver(writer, ids, cancellationToken);
        using var tree = new TreeReader(directory);
        archiver.AddTree(tree, RelativePath.Root);
        archiver.Complete();
        return archiver.Entries;
    }

    /// <summary>Unpacks into a folder, confined to it. Files' setuid bits, file capabilities and devices do not come along.</summary>
    /// <param name="tar">The archive, plain or compressed.</param>
    /// <param name="directory">The folder.</param>
    /// <param name="limits">What the archive may hold.</param>
    /// <param name="ids">The user namespace whose ids the archive's owners are; null where they are the file system's own.</param>
    /// <param name="cancellationToken">Ends the work between entries.</param>
    /// <exception cref="ArchiveRefusedException">The archive holds what it must not.</exception>
    public static ImportResult Extract(
        Stream tar, RootDirectory directory, ArchiveLimits? limits = null, IdMap? ids = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tar);
        ArgumentNullException.ThrowIfNull(directory);
        using var extractor = new TreeExtractor(directory, ExtractionPolicy.Volume with { Ids = ids });
        extractor.ExtractAll(tar, limits, cancellationToken);
        return new ImportResult(extractor.Entries, extractor.Bytes);
    }
}
