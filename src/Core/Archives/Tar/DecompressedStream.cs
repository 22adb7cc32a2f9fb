using System.IO.Compression;
using ICSharpCode.SharpZipLib;
using ZstdSharp;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// An archive's bytes without their compression, which is told by the first bytes. Damage and bombs are refused; a plain archive that can
/// be sought in stays so.
/// </summary>
internal sealed class DecompressedStream : ReadOnlyStream
{
    private readonly CountingStream _packed;
    private readonly ArchiveLimits _limits;
    private readonly Stream _decoder;
    private long _unpacked;

    private DecompressedStream(Stream decoder, CountingStream packed, ArchiveLimits limits)
    {
        _decoder = decoder;
        _packed = packed;
        _limits = limits;
    }

    private static ReadOnlySpan<byte> GzipMagic => [0x1f, 0x8b];

    private static ReadOnlySpan<byte> ZstandardMagic => [0x28, 0xb5, 0x2f, 0xfd];

    private static ReadOnlySpan<byte> XzMagic => [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    internal static Stream Open(Stream source, ArchiveLimits limits, out ArchiveCompression compression)
    {
        var magic = new byte[6];
        var length = source.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        Span<byte> head = magic.AsSpan(0, length);
        compression = head.StartsWith(GzipMagic) ? ArchiveCompression.Gzip
            : head.StartsWith(ZstandardMagic) ? ArchiveCompression.Zstandard
            : head.StartsWith("BZh"u8) ? ArchiveCompression.Bzip2
            : ArchiveCompression.None;
        if (head.StartsWith(XzMagic))
            throw new ArchiveRefusedException(ArchiveRefusal.InvalidCompression, "", -1, "it is compressed by xz; gzip, zstd and bzip2 are read");

        Stream whole;
        if (source.CanSeek)
        {
            source.Seek(-length, SeekOrigin.Current);
            whole = source;
        }
        else
        {
            whole = new PrefixedStream(magic.AsMemory(0, length), source);
        }

        if (compression == ArchiveCompression.None)
            return whole;
        var packed = new CountingStream(whole);
        return new DecompressedStream(CreateDecoder(packed, compression), packed, limits);
    }

    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = _decoder.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or ZstdException or SharpZipBaseException or EndOfStreamException or IndexOutOfRangeException)
        {
            throw new ArchiveRefusedException(ArchiveRefusal.InvalidCompression, "", -1, $"the compressed data is damaged: {e.Message}", e);
        }

        _unpacked += count;
        if (_unpacked > _limits.CompressionRatioFloor && _unpacked / Math.Max(_packed.Count, 1) > _limits.MaxCompressionRatio)
        {
            throw new ArchiveRefusedException(
                ArchiveRefusal.CompressionRatio, "", -1, $"{_packed.Count} bytes unpack to {_unpacked}, more than {_limits.MaxCompressionRatio} times as many");
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _decoder.Dispose();
        base.Dispose(disposing);
    }

    private static Stream CreateDecoder(Stream packed, ArchiveCompression compression) => compression switch
    {
        ArchiveCompression.Gzip => new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true),
        ArchiveCompression.Zstandard => new DecompressionStream(packed, leaveOpen: true),
        _ => new Bzip2Stream(packed),
    };
}
