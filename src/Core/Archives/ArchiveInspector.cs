using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Archives;

/// <summary>Gathers an archive's summary in one pass over its entries.</summary>
internal sealed class ArchiveInspector(TarReader reader, ArchiveLimits limits, CancellationToken cancellationToken)
{
    private readonly CheckpointEntryRules _rules = new();
    private readonly List<string> _volumes = [];
    private ConfigDump? _config;
    private SpecDump? _spec;
    private bool _hasInventory;
    private int? _processes;
    private long _memoryBytes;
    private long? _diffBytes;
    private ArchiveCompression? _diffCompression;
    private long _changed;
    private long _deleted;

    internal ArchiveSummary Inspect(ArchiveCompression compression, long fileBytes)
    {
        while (reader.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _rules.Check(entry);
            if (entry.Type == TarEntryType.Regular)
                Visit(entry);
        }

        var config = _config ?? throw Missing(CheckpointFiles.ConfigDump);
        var spec = _spec ?? throw Missing(CheckpointFiles.SpecDump);
        return new ArchiveSummary
        {
            Engine = spec.Engine,
            Compression = compression,
            Namespace = spec.Namespace,
            Pod = spec.Pod,
            PodUid = spec.PodUid,
            Container = spec.Container ?? config.Name,
            ContainerId = config.Id,
            Image = config.ImageName ?? spec.Image,
            ImageId = config.ImageId,
            Runtime = config.Runtime,
            CreatedAt = config.CreatedAt,
            CheckpointedAt = config.CheckpointedAt,
            RestoredAt = config.RestoredAt,
            FileBytes = fileBytes,
            ContentBytes = reader.TotalBytes,
            Entries = reader.Entries,
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

    private static ArchiveRefusedException Missing(string name) => new(ArchiveRefusal.MissingEntry, name, -1, "the archive has none");

    private void Visit(TarEntry entry)
    {
        switch (entry.Path.ToString())
        {
            case CheckpointFiles.ConfigDump:
                _config = ConfigDump.Parse(reader.ReadAll(limits.MaxJsonBytes, ArchiveRefusal.JsonTooLarge));
                break;
            case CheckpointFiles.SpecDump:
                _spec = SpecDump.Parse(reader.ReadAll(limits.MaxJsonBytes, ArchiveRefusal.JsonTooLarge));
                break;
            case CheckpointFiles.DeletedFiles:
                _deleted += DeletedFilesJson.Count(reader.ReadAll(limits.MaxDeletedFilesBytes, ArchiveRefusal.JsonTooLarge));
                break;
            case CheckpointFiles.RootFsDiff:
                VisitDiff(entry);
                break;
            case "checkpoint/inventory.img":
                _hasInventory = true;
                break;
            case "checkpoint/pstree.img" when entry.Size <= limits.MaxJsonBytes:
                _processes = CriuImage.CountEntries(reader.ReadAll(limits.MaxJsonBytes, ArchiveRefusal.EntryTooLarge));
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
            using var stream = DecompressedStream.Open(new TarEntryStream(reader), limits, out var compression);
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
