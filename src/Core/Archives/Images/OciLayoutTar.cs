using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Archives.Images;

/// <summary>A layout in a tar, as <c>podman save --format oci-archive</c> writes it. Its files are looked up anew each time: they are few.</summary>
internal sealed class OciLayoutTar : OciLayout
{
    private readonly Func<Stream> _open;
    private readonly ArchiveLimits _limits;

    private OciLayoutTar(Func<Stream> open, ArchiveLimits limits, bool canSkip)
    {
        _open = open;
        _limits = limits;
        CanSkip = canSkip;
    }

    internal override bool CanSkip { get; }

    /// <summary>A layout if the archive's first entry is one of a layout, otherwise null.</summary>
    /// <param name="open">Opens the archive from its start.</param>
    /// <param name="limits">What it may hold.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal static OciLayoutTar? TryOpen(Func<Stream> open, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        using var file = open();
        using var stream = DecompressedStream.Open(file, limits, out var compression);
        using var reader = new TarReader(stream, limits);
        var rules = new CheckpointEntryRules();
        var any = false;
        while (reader.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Path.IsRoot)
                continue;
            if (!any && !IsOfLayout(entry))
                return null;
            any = true;
            Check(entry, rules);
        }

        return any ? new OciLayoutTar(open, limits, compression == ArchiveCompression.None) : null;
    }

    internal override Stream Open(string name)
    {
        var part = new Part(_open(), _limits);
        try
        {
            return part.TryFind(name) ? part : throw Missing(name);
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    internal override long LengthOf(OciImage image)
    {
        using var file = _open();
        return file.Length;
    }

    /// <summary>That of the whole file.</summary>
    internal override string DigestOf(OciImage image, CancellationToken cancellationToken)
    {
        using var file = _open();
        using var hashing = new HashingStream(file);
        return hashing.Complete(cancellationToken);
    }

    private static bool IsOfLayout(TarEntry entry) =>
        CheckpointEntryRules.Is(entry, "oci-layout"u8) || CheckpointEntryRules.Is(entry, "index.json"u8) || CheckpointEntryRules.Is(entry, "blobs"u8)
        || entry.Path.Bytes.StartsWith("blobs/"u8);

    private static void Check(TarEntry entry, CheckpointEntryRules rules)
    {
        rules.Check(entry);
        if (entry.Type is not (TarEntryType.Regular or TarEntryType.Directory) && IsOfLayout(entry))
            throw entry.Refuse(ArchiveRefusal.UnexpectedType, $"an image's parts are regular files, and this is {entry.Type}");
        if (CheckpointEntryRules.IsConfig(entry) || CheckpointEntryRules.IsSpec(entry))
            throw entry.Refuse(ArchiveRefusal.InvalidImage, "readers would not agree whether it is an image or a checkpoint");
    }

    /// <summary>The content of one file of the tar.</summary>
    private sealed class Part(Stream file, ArchiveLimits limits) : ReadOnlyStream
    {
        private Stream? _stream;
        private TarReader? _reader;

        internal bool TryFind(string name)
        {
            _stream = DecompressedStream.Open(file, limits, out _);
            _reader = new TarReader(_stream, limits);
            while (_reader.Next() is { } entry)
            {
                if (entry.Type == TarEntryType.Regular && CheckpointEntryRules.Is(entry, System.Text.Encoding.ASCII.GetBytes(name)))
                    return true;
            }

            return false;
        }

        public override int Read(Span<byte> buffer) => _reader!.Read(buffer);

        internal override bool TrySkip(long count)
        {
            if (count > _reader!.Remaining)
                return false;
            _reader.Skip(count);
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _reader?.Dispose();
                _stream?.Dispose();
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
