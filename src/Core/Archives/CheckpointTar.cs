using CheckpointOperator.Core.Archives.Images;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Archives;

/// <summary>A checkpoint's entries, from the first on, each looked at by <see cref="CheckpointEntryRules"/>.</summary>
internal sealed class CheckpointTar : IDisposable
{
    private readonly CheckpointEntryRules _rules = new();
    private readonly CancellationToken _cancellationToken;
    private readonly Stream _packed;
    private readonly Stream _stream;

    /// <summary>Begins to read.</summary>
    /// <param name="packed">The tar as it is packed; disposed with this.</param>
    /// <param name="limits">What it may hold.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal CheckpointTar(Stream packed, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        _packed = packed;
        _cancellationToken = cancellationToken;
        try
        {
            _stream = DecompressedStream.Open(packed, limits, out var compression);
            Compression = compression;
            Reader = new TarReader(_stream, limits);
        }
        catch
        {
            packed.Dispose();
            throw;
        }
    }

    internal ArchiveCompression Compression { get; }

    internal TarReader Reader { get; }

    /// <summary>The next entry, or null at the end, where the layer of an image has been verified.</summary>
    internal TarEntry? Next()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (Reader.Next() is { } entry)
        {
            _rules.Check(entry);
            return entry;
        }

        (_packed as VerifiedStream)?.Complete(_cancellationToken);
        return null;
    }

    public void Dispose()
    {
        Reader.Dispose();
        _stream.Dispose();
        _packed.Dispose();
    }
}
