using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.Criu;

namespace CheckpointOperator.Core.Archives;

/// <summary>Gathers an archive's summary in one pass over its entries.</summary>
internal sealed class ArchiveInspector(CheckpointTar tar, ArchiveLimits limits, CancellationToken cancellationToken)
{
    private readonly TarReader _reader = tar.Reader;
    private readonly MetadataReader _metadata = new(tar.Reader, limits);
    private readonly List<string> _volumes = [];
    private bool _hasInventory;
    private int? _processes;
    private long _memoryBytes;
    private long? _diffBytes;
    private ArchiveCompression? _diffCompression;
    private long _changed;
    private long _deleted;

    internal ArchiveSummary Inspect(IReadOnlyDictionary<string, string> annotations, long fileBytes)
    {
        while (tar.Next() is { } entry)
        {
            if (entry.Type == TarEntryType.Regular && !_metadata.TryTake(entry))
                Visit(entry);
        }

        return new ArchiveSummary(_metadata.Build(tar.Compression, annotations))
        {
            FileBytes = fileBytes,
            ContentBytes = _reader.TotalBytes,
            Entries = _reader.Entries,
            HasProcessImages = _hasInventory,
            Processes = _processes,
            MemoryBytes = _memoryBytes,
            RootfsDiffBytes = _diffBytes,
            RootfsDiffCompression = _diffCompression,
            ChangedFiles = _changed,
            DeletedFiles = _deleted,
            Volumes = _volumes,
        };
    }

    private void Visit(TarEntry entry)
    {
        switch (entry.Path.ToString())
        {
            case CheckpointFiles.DeletedFiles:
                _deleted += DeletedFilesJson.Count(_reader.ReadAll(limits.MaxDeletedFilesBytes, ArchiveRefusal.JsonTooLarge));
                break;
            case CheckpointFiles.RootFsDiff:
                VisitDiff(entry);
                break;
            case "checkpoint/inventory.img":
                _hasInventory = true;
                break;
            case "checkpoint/pstree.img":
                var tree = _reader.ReadAll(limits.MaxCriuImageBytes, ArchiveRefusal.CriuImageTooLarge);
                _processes = ImageFile.Entries("pstree.img", tree, ImageMagic.PsTree).Count();
                break;
            case var name when name.StartsWith("checkpoint/pages-", StringComparison.Ordinal) && name.EndsWith(".img", StringComparison.Ordinal):
                _memoryBytes += entry.Size;
                break;
            case var name when name.StartsWith("volumes/", StringComparison.Ordinal) && name.EndsWith(".tar", StringComparison.Ordinal):
                _volumes.Add(name["volumes/".Length..^".tar".Length]);
                break;
        }
    }

    private void VisitDiff(TarEntry entry)
    {
        _diffBytes = entry.Size;
        var index = entry.Index;
        try
        {
            using var stream = DecompressedStream.Open(new TarEntryStream(_reader), limits, out var compression);
            _diffCompression = compression;
            using var diff = new TarReader(stream, limits);
            while (diff.Next() is { } change)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var removes = change is { Type: TarEntryType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 }
                    || Whiteout.Read(change.Path, out _) != WhiteoutKind.None;
                // The root's own entry is in every diff.
                if (!change.Path.IsRoot)
                    _ = removes ? _deleted++ : _changed++;
            }
        }
        catch (ArchiveRefusedException e)
        {
            throw new ArchiveRefusedException(e.Reason, CheckpointFiles.RootFsDiff, index, $"in it, {e.Message["archive refused: ".Length..]}", e);
        }
    }
}
