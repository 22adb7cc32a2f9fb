using CheckpointOperator.Core.Archives.Images;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Archives;

/// <summary>Takes the files that tell whose checkpoint it is, as they come by, and compares what they tell.</summary>
internal sealed class MetadataReader(TarReader reader, ArchiveLimits limits)
{
    private byte[]? _status;

    /// <summary>config.dump; null as long as it was not read.</summary>
    internal byte[]? Config { get; private set; }

    /// <summary>spec.dump; null as long as it was not read.</summary>
    internal byte[]? Spec { get; private set; }

    internal bool IsComplete => Config is not null && Spec is not null;

    /// <summary>Reads an entry if it is one of them.</summary>
    internal bool TryTake(TarEntry entry)
    {
        if (CheckpointEntryRules.IsConfig(entry))
            Config = Read();
        else if (CheckpointEntryRules.IsSpec(entry))
            Spec = Read();
        else if (CheckpointEntryRules.Is(entry, "status.dump"u8))
            _status = Read();
        else
            return false;
        return true;
    }

    /// <summary>Puts together what they tell.</summary>
    /// <param name="compression">How the archive is compressed.</param>
    /// <param name="annotations">Those of the image, if it is one.</param>
    /// <exception cref="ArchiveRefusedException">One is missing or no JSON, or they speak of different containers.</exception>
    internal ArchiveMetadata Build(ArchiveCompression compression, IReadOnlyDictionary<string, string> annotations)
    {
        var config = ConfigDump.Parse(Config ?? throw Missing(CheckpointFiles.ConfigDump));
        var spec = SpecDump.Parse(Spec ?? throw Missing(CheckpointFiles.SpecDump));
        var identity = _status is null ? spec.Identity : spec.Identity.And(StatusDump.Parse(_status), CheckpointFiles.StatusDump);
        identity = CheckpointAnnotations.Check(annotations, identity, identity.Container, config.Name);
        return new ArchiveMetadata
        {
            Engine = spec.Engine,
            Compression = compression,
            Namespace = identity.Namespace,
            Pod = identity.Pod,
            PodUid = identity.PodUid,
            Container = identity.Container ?? config.Name,
            ContainerId = config.Id,
            Image = config.ImageName ?? spec.Image,
            ImageId = config.ImageId,
            Runtime = config.Runtime,
            CreatedAt = config.CreatedAt,
            CheckpointedAt = config.CheckpointedAt,
            RestoredAt = config.RestoredAt,
            Annotations = annotations,
        };
    }

    internal static ArchiveRefusedException Missing(string name) => new(ArchiveRefusal.MissingEntry, name, -1, "the archive has none");

    private byte[] Read() => reader.ReadAll(limits.MaxJsonBytes, ArchiveRefusal.JsonTooLarge);
}
