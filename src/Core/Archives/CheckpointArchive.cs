using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives;

/// <summary>A container's checkpoint, as podman, CRI-O and containerd write it: a tar archive, plain or compressed.</summary>
public sealed partial class CheckpointArchive : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly bool _ownsHandle;
    private readonly ArchiveLimits _limits;

    private CheckpointArchive(SafeFileHandle handle, bool ownsHandle, ArchiveLimits? limits)
    {
        _handle = handle;
        _ownsHandle = ownsHandle;
        _limits = limits ?? ArchiveLimits.Default;
    }

    /// <summary>Opens an archive by a path that the caller trusts.</summary>
    public static CheckpointArchive Open(string path, ArchiveLimits? limits = null) => new(File.OpenHandle(path), ownsHandle: true, limits);

    /// <summary>Reads an archive from an open file, always from its start. The handle stays the caller's.</summary>
    public static CheckpointArchive Open(SafeFileHandle handle, ArchiveLimits? limits = null) => new(handle, ownsHandle: false, limits);

    /// <summary>Unpacks everything but config.dump and spec.dump. What it made is removed again when the archive is refused.</summary>
    public ImportResult ImportWithoutConfig(RootDirectory destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var rules = new CheckpointEntryRules();
        var made = new HashSet<RelativePath>();
        var seen = new HashSet<RelativePath>();
        using var extractor = new TreeExtractor(destination, ExtractionPolicy.Checkpoint);
        try
        {
            using var stream = OpenContent(new HandleStream(_handle), out _);
            using var reader = new TarReader(stream, _limits);
            while (reader.Next() is { } entry)
            {
                rules.Check(entry);
                if (CheckpointEntryRules.IsConfig(entry) || CheckpointEntryRules.IsSpec(entry))
                    continue;
                if (!entry.Path.IsRoot && FirstComponent(entry.Path) is var top && seen.Add(top) && !destination.Exists(top))
                    made.Add(top);
                extractor.Extract(reader, entry, cancellationToken);
            }

            RefuseEmpty(reader);
            extractor.Complete();
        }
        catch
        {
            foreach (var top in made)
                destination.RemoveTree(top);
            throw;
        }

        return new ImportResult(extractor.Entries, extractor.Bytes);
    }

    /// <summary>Writes config.dump and spec.dump and nothing else. The whole archive is looked through first, because a second one of them is refused.</summary>
    public ImportResult ImportConfig(RootDirectory destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var rules = new CheckpointEntryRules();
        byte[]? config = null, spec = null;
        using (var stream = OpenContent(new HandleStream(_handle), out _))
        using (var reader = new TarReader(stream, _limits))
        {
            while (reader.Next() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                rules.Check(entry);
                if (CheckpointEntryRules.IsConfig(entry))
                    config = reader.ReadAll(_limits.MaxJsonBytes, ArchiveRefusal.JsonTooLarge);
                else if (CheckpointEntryRules.IsSpec(entry))
                    spec = reader.ReadAll(_limits.MaxJsonBytes, ArchiveRefusal.JsonTooLarge);
            }
        }

        RefuseMissing(config, CheckpointFiles.ConfigDump);
        RefuseMissing(spec, CheckpointFiles.SpecDump);
        destination.WriteFileAtomically(RelativePath.Parse(CheckpointFiles.ConfigDump), config);
        destination.WriteFileAtomically(RelativePath.Parse(CheckpointFiles.SpecDump), spec);
        return new ImportResult(2, config!.Length + spec!.Length);
    }

    /// <summary>The OCI runtime that config.dump names. Reads no further than config.dump and unpacks nothing; the name is the archive's claim.</summary>
    public string ReadRuntimeName(CancellationToken cancellationToken = default)
    {
        using var stream = OpenContent(new HandleStream(_handle), out _);
        using var reader = new TarReader(stream, _limits);
        var rules = new CheckpointEntryRules();
        while (reader.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rules.Check(entry);
            if (!CheckpointEntryRules.IsConfig(entry))
                continue;
            var config = ConfigDump.Parse(reader.ReadAll(_limits.MaxJsonBytes, ArchiveRefusal.JsonTooLarge));
            if (string.IsNullOrEmpty(config.Runtime) || config.Runtime.Any(char.IsControl))
                throw new ArchiveRefusedException(ArchiveRefusal.InvalidJson, CheckpointFiles.ConfigDump, reader.Entries - 1, "it names no runtime");
            return config.Runtime;
        }

        throw new ArchiveRefusedException(ArchiveRefusal.MissingEntry, CheckpointFiles.ConfigDump, -1, "the archive has none");
    }

    /// <summary>Tells what the archive holds.</summary>
    public ArchiveSummary Inspect(CancellationToken cancellationToken = default) => Inspect(new HandleStream(_handle), cancellationToken);

    /// <summary>Tells what the archive holds and the SHA-256 of the whole file, reading it once.</summary>
    public ArchiveInspection InspectAndHash(CancellationToken cancellationToken = default)
    {
        using var hashing = new HashingStream(new HandleStream(_handle));
        var summary = Inspect(hashing, cancellationToken);
        return new ArchiveInspection(summary, hashing.Complete(cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsHandle)
            _handle.Dispose();
    }

    internal static void RefuseMissing(byte[]? content, string name)
    {
        if (content is null)
            throw new ArchiveRefusedException(ArchiveRefusal.MissingEntry, name, -1, "the archive has none");
    }

    private static void RefuseEmpty(TarReader reader)
    {
        if (reader.Entries == 0)
            throw new ArchiveRefusedException(ArchiveRefusal.MissingEntry, "", -1, "it has no entries");
    }

    private static RelativePath FirstComponent(RelativePath path) =>
        path.Bytes.IndexOf((byte)'/') is var slash && slash < 0 ? path : RelativePath.Parse(path.Bytes[..slash]);

    private ArchiveSummary Inspect(Stream source, CancellationToken cancellationToken)
    {
        using var stream = OpenContent(source, out var compression);
        using var reader = new TarReader(stream, _limits);
        var inspector = new ArchiveInspector(reader, _limits, cancellationToken);
        return inspector.Inspect(compression, RandomAccess.GetLength(_handle));
    }

    private Stream OpenContent(Stream source, out ArchiveCompression compression) => DecompressedStream.Open(source, _limits, out compression);
}
