using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.ExceptionServices;
using ICSharpCode.SharpZipLib;
using SharpCompress.Common;
using ZstdSharp;
using ZstdSharp.Unsafe;

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

    internal static Stream Open(Stream source, ArchiveLimits limits, out ArchiveCompression compression)
    {
        var magic = new byte[Bzip2Stream.MagicLength];
        var length = source.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        Span<byte> head = magic.AsSpan(0, length);
        compression = head.StartsWith(GzipMagic) ? ArchiveCompression.Gzip
            : head.StartsWith(ZstandardMagic) || IsSkippableFrame(head) ? ArchiveCompression.Zstandard
            : Bzip2Stream.IsPart(head) ? ArchiveCompression.Bzip2
            : XzStream.IsStream(head) ? ArchiveCompression.Xz
            : ArchiveCompression.None;

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
        return new AheadStream(new DecompressedStream(CreateDecoder(packed, compression, limits), packed, limits));
    }

    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = _decoder.Read(buffer);
        }
        catch (Exception) when (_packed.Fault is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
            throw;
        }
        catch (ZstdException e) when (e.Code == ZSTD_ErrorCode.ZSTD_error_frameParameter_windowTooLarge)
        {
            throw new ArchiveRefusedException(
                ArchiveRefusal.DecompressorMemory, "", -1, $"zstd wants a window of more than the {_limits.MaxDecompressorBytes} bytes that are given", e);
        }
        catch (Exception e) when (IsDamage(e))
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

    // Besides their own exceptions bzip2's and xz's decoders fail with those of arrays and numbers.
    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or ZstdException or SharpZipBaseException or SharpCompressException or EndOfStreamException or IndexOutOfRangeException;

    // Any of sixteen numbers; parallel compressors begin with one.
    private static bool IsSkippableFrame(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && (BinaryPrimitives.ReadUInt32LittleEndian(head) & 0xFFFFFFF0) == 0x184D2A50;

    private static Stream CreateDecoder(Stream packed, ArchiveCompression compression, ArchiveLimits limits)
    {
        switch (compression)
        {
            case ArchiveCompression.Gzip:
                return new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
            case ArchiveCompression.Zstandard:
                var zstandard = new DecompressionStream(packed, leaveOpen: true);
                zstandard.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, WindowLog(limits));
                return zstandard;
            case ArchiveCompression.Xz:
                return new XzStream(packed, limits.MaxDecompressorBytes);
            default:
                return new Bzip2Stream(packed);
        }
    }

    // 10 to 31 is what zstd takes (ZSTD_WINDOWLOG_MIN and _MAX).
    private static int WindowLog(ArchiveLimits limits) => Math.Clamp(BitOperations.Log2((ulong)Math.Max(limits.MaxDecompressorBytes, 1)), 10, 31);
}
