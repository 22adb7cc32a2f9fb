using CheckpointOperator.Core.Archives.Images;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives;

/// <summary>
/// A container's checkpoint, as podman, CRI-O and containerd write it: a tar archive, plain or compressed, or an OCI image of one layer that
/// is such an archive. All operations throw <see cref="ArchiveRefusedException"/> for what they do not accept.
/// </summary>
public sealed partial class CheckpointArchive : IDisposable
{
    private readonly IDisposable? _owned;
    private readonly Func<CancellationToken, CheckpointSource> _find;
    private readonly ArchiveLimits _limits;
    private CheckpointSource? _source;

    /// <summary>Reads from a stream that can be opened again and again.</summary>
    internal CheckpointArchive(Func<Stream> open, ArchiveLimits? limits, IDisposable? owned = null)
    {
        _limits = limits ?? ArchiveLimits.Default;
        _owned = owned;
        _find = cancellationToken => CheckpointSource.Of(open, _limits, cancellationToken);
    }

    private CheckpointArchive(OciLayout layout, ArchiveLimits? limits, IDisposable? owned = null)
    {
        _owned = owned;
        _limits = limits ?? ArchiveLimits.Default;
        _find = cancellationToken => CheckpointSource.Of(layout, _limits, cancellationToken);
    }

    /// <summary>
    /// Opens an archive or an image by a path that the caller trusts. A file is told by its content: a checkpoint, or an image in a tar
    /// (oci-archive); a folder is an OCI image layout.
    /// </summary>
    public static CheckpointArchive Open(string path, ArchiveLimits? limits = null)
    {
        if (Directory.Exists(path))
        {
            var folder = RootDirectory.Open(path);
            return new CheckpointArchive(new OciLayoutFolder(folder), limits, folder);
        }

        var handle = File.OpenHandle(path);
        return new CheckpointArchive(() => new HandleStream(handle), limits, handle);
    }

    /// <summary>Reads an archive, or an image in a tar, from an open file, always from its start. The handle stays the caller's.</summary>
    public static CheckpointArchive Open(SafeFileHandle handle, ArchiveLimits? limits = null) => new(() => new HandleStream(handle), limits);

    /// <summary>Reads an image from an OCI image layout: <c>oci-layout</c>, <c>index.json</c> and <c>blobs</c> in a folder, which stays the caller's.</summary>
    public static CheckpointArchive Open(RootDirectory layout, ArchiveLimits? limits = null) => new(new OciLayoutFolder(layout), limits);

    /// <summary>Unpacks everything but config.dump and spec.dump. What it made is removed again when the archive is refused.</summary>
    public ImportResult ImportWithoutConfig(RootDirectory destination, CancellationToken cancellationToken = default) =>
        Import(destination, IsContent, cancellationToken);

    /// <summary>Unpacks the content of volumes, <c>volumes/NAME.tar</c>, and nothing else. What it made is removed again when the archive is refused.</summary>
    public ImportResult ImportVolumes(RootDirectory destination, CancellationToken cancellationToken = default) =>
        Import(destination, entry => !entry.Path.IsRoot && FirstComponent(entry.Path).Bytes.SequenceEqual("volumes"u8), cancellationToken);

    /// <summary>
    /// Unpacks as <see cref="ImportWithoutConfig"/> and tells the SHA-256 of the whole file, which a thread of its own hashes out of the page cache meanwhile: it takes as
    /// long as the slower of both. Of an image it is the digest that <see cref="InspectAndHash"/> tells.
    /// </summary>
    public HashedImport ImportWithoutConfigAndHash(RootDirectory destination, CancellationToken cancellationToken = default)
    {
        var source = Source(cancellationToken);
        using var file = source.IsImage ? null : source.Open(verified: false);
        if (file is not HandleStream { Handle: var handle })
        {
            var unpacked = ImportWithoutConfig(destination, cancellationToken);
            return new HashedImport(unpacked.Entries, unpacked.Bytes, file is null ? source.ImageDigest(cancellationToken) : Hash(file, cancellationToken));
        }

        using var digest = new FileDigest(handle);
        var length = file.Length;
        digest.Advance(length);
        // One processor is busy with the hash.
        var result = Import(destination, IsContent, cancellationToken, Math.Clamp(Environment.ProcessorCount - 1, 1, 2));
        return new HashedImport(result.Entries, result.Bytes, digest.Complete(length));
    }

    private static string Hash(Stream file, CancellationToken cancellationToken)
    {
        using var hashing = new HashingStream(file);
        return hashing.Complete(cancellationToken);
    }

    private static bool IsContent(TarEntry entry) => !CheckpointEntryRules.IsConfig(entry) && !CheckpointEntryRules.IsSpec(entry);

    private ImportResult Import(RootDirectory destination, Func<TarEntry, bool> wanted, CancellationToken cancellationToken, int? copiesAtOnce = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var made = new HashSet<RelativePath>();
        var seen = new HashSet<RelativePath>();
        using var extractor = new TreeExtractor(destination, ExtractionPolicy.Checkpoint, copiesAtOnce);
        try
        {
            using var tar = OpenWhole(cancellationToken);
            while (tar.Next() is { } entry)
            {
                if (!wanted(entry))
                    continue;
                if (!entry.Path.IsRoot && FirstComponent(entry.Path) is var top && seen.Add(top) && !destination.Exists(top))
                    made.Add(top);
                extractor.Extract(tar.Reader, entry, cancellationToken);
            }

            if (tar.Reader.Entries == 0)
                throw new ArchiveRefusedException(ArchiveRefusal.MissingEntry, "", -1, "it has no entries");
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

    /// <summary>Writes config.dump and spec.dump and nothing else.</summary>
    /// <remarks>Reads as little as <see cref="ReadMetadata"/>: what that leaves unseen, <see cref="ImportWithoutConfig"/> refuses.</remarks>
    public ImportResult ImportConfig(RootDirectory destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var tar = OpenPart(cancellationToken);
        var metadata = Look(tar);
        var config = metadata.Config ?? throw MetadataReader.Missing(CheckpointFiles.ConfigDump);
        var spec = metadata.Spec ?? throw MetadataReader.Missing(CheckpointFiles.SpecDump);
        destination.WriteFileAtomically(RelativePath.Parse(CheckpointFiles.ConfigDump), config);
        destination.WriteFileAtomically(RelativePath.Parse(CheckpointFiles.SpecDump), spec);
        return new ImportResult(2, config.Length + spec.Length);
    }

    /// <summary>Tells whose checkpoint it is, reading no more than that takes.</summary>
    /// <remarks>
    /// Of a plain archive all headers are read and the contents passed over; a compressed one is read until config.dump and spec.dump have
    /// come, so a second one behind them is not seen. Of an image index, manifest and configuration are verified by their digests, the layer,
    /// of which a part is read, is not. What is then imported or inspected is looked at whole.
    /// </remarks>
    public ArchiveMetadata ReadMetadata(CancellationToken cancellationToken = default)
    {
        using var tar = OpenPart(cancellationToken);
        return Look(tar).Build(tar.Compression, _source!.Annotations);
    }

    /// <summary>The OCI runtime that config.dump names. Reads no further than config.dump and unpacks nothing; the name is the archive's claim.</summary>
    public string ReadRuntimeName(CancellationToken cancellationToken = default)
    {
        using var tar = OpenPart(cancellationToken);
        var metadata = new MetadataReader(tar.Reader, _limits);
        while (tar.Next() is { } entry)
        {
            if (!CheckpointEntryRules.IsConfig(entry))
                continue;
            metadata.TryTake(entry);
            var config = ConfigDump.Parse(metadata.Config!);
            if (string.IsNullOrEmpty(config.Runtime) || config.Runtime.Any(char.IsControl))
                throw new ArchiveRefusedException(ArchiveRefusal.InvalidJson, CheckpointFiles.ConfigDump, entry.Index, "it names no runtime");
            return config.Runtime;
        }

        throw MetadataReader.Missing(CheckpointFiles.ConfigDump);
    }

    /// <summary>Tells what the archive holds.</summary>
    public ArchiveSummary Inspect(CancellationToken cancellationToken = default)
    {
        using var tar = OpenWhole(cancellationToken);
        return Inspect(tar, cancellationToken);
    }

    /// <summary>
    /// Tells what the archive holds and the SHA-256 of the whole file, reading it once. An image in a tar is read twice; the digest of a layout
    /// folder is that of the image's manifest.
    /// </summary>
    public ArchiveInspection InspectAndHash(CancellationToken cancellationToken = default)
    {
        var source = Source(cancellationToken);
        if (source.IsImage)
            return new ArchiveInspection(Inspect(cancellationToken), source.ImageDigest(cancellationToken));
        using var file = source.Open(verified: false);
        using var hashing = new HashingStream(file);
        using var tar = new CheckpointTar(hashing, _limits, cancellationToken);
        var summary = Inspect(tar, cancellationToken);
        return new ArchiveInspection(summary, hashing.Complete(cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose() => _owned?.Dispose();

    private static RelativePath FirstComponent(RelativePath path) =>
        path.Bytes.IndexOf((byte)'/') is var slash && slash < 0 ? path : RelativePath.Parse(path.Bytes[..slash]);

    private CheckpointSource Source(CancellationToken cancellationToken) => _source ??= _find(cancellationToken);

    private CheckpointTar OpenWhole(CancellationToken cancellationToken) =>
        new(Source(cancellationToken).Open(verified: true), _limits, cancellationToken);

    private CheckpointTar OpenPart(CancellationToken cancellationToken) =>
        new(Source(cancellationToken).Open(verified: false), _limits, cancellationToken);

    // Passing over contents costs nothing where nothing has to be unpacked for it: then all headers are seen, and duplicates refused.
    private MetadataReader Look(CheckpointTar tar)
    {
        var metadata = new MetadataReader(tar.Reader, _limits);
        var toTheEnd = tar.Compression == ArchiveCompression.None && _source!.CanSkip;
        while ((toTheEnd || !metadata.IsComplete) && tar.Next() is { } entry)
            metadata.TryTake(entry);
        return metadata;
    }

    private ArchiveSummary Inspect(CheckpointTar tar, CancellationToken cancellationToken) =>
        new ArchiveInspector(tar, _limits, cancellationToken).Inspect(_source!.Annotations, _source.Length());
}
