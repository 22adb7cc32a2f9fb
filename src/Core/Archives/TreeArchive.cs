using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives;

/// <summary>A folder as a tar archive, such as a volume's content: owners, modes, times to the nanosecond, links and extended attributes are kept.</summary>
public static class TreeArchive
{
    /// <summary>Writes a folder's content, and the folder's own owner and mode as entry <c>./</c>. The stream need not seek and stays open.</summary>
    /// <returns>Number of entries.</returns>
    public static long Write(RootDirectory directory, Stream tar, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(tar);
        var writer = new TarWriter(tar);
        var archiver = new TreeArchiver(directory, writer, cancellationToken);
        archiver.Add(RelativePath.Root);
        archiver.AddContent(RelativePath.Root);
        writer.Complete();
        return archiver.Entries;
    }

    /// <summary>Unpacks into a folder, confined to it. Files' setuid bits, file capabilities and devices do not come along.</summary>
    public static ImportResult Extract(Stream tar, RootDirectory directory, ArchiveLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tar);
        ArgumentNullException.ThrowIfNull(directory);
        using var extractor = new TreeExtractor(directory, ExtractionPolicy.Volume);
        extractor.ExtractAll(tar, limits, cancellationToken);
        return new ImportResult(extractor.Entries, extractor.Bytes);
    }
}
