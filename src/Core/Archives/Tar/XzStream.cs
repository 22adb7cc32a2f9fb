using System.Buffers.Binary;
using SharpCompress.Compressors.LZMA;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Unpacks xz (the .xz file format 1.2.1), also several streams one after the other with padding between, as the xz program does. The
/// container is read here, so that no dictionary is made before its size is known to be within the limit; LZMA2 itself is SharpCompress's.
/// Filters before LZMA2 (for programs of some processor), which no tar uses, are refused.
/// </summary>
internal sealed class XzStream(Stream packed, long maxDictionary) : ReadOnlyStream
{
    internal const int MagicLength = 6;

    private const int StreamHeaderLength = 12;
    private const byte Lzma2 = 0x21;

    // Beyond it SharpCompress's numbers overflow, whatever the limit says.
    private const long LargestDictionary = 1L << 30;

    private readonly ByteSource _source = new(packed);
    private readonly byte[] _piece = new byte[64 * 1024];
    private Stream? _block;
    private XzCheck? _check;
    private long _blockStart;
    private long _blockSize;
    private long? _statedPacked;
    private long? _statedSize;
    private int _checkId = -1;
    private long _blocks;
    private ulong _records;

    private static ReadOnlySpan<byte> Magic => [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    internal static bool IsStream(ReadOnlySpan<byte> head) => head.StartsWith(Magic);

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        while (_block is not null || TryBegin())
        {
            var count = _block!.Read(_piece, 0, Math.Min(buffer.Length, _piece.Length));
            if (count == 0)
            {
                EndBlock();
                continue;
            }

            _piece.AsSpan(0, count).CopyTo(buffer);
            _check!.Add(buffer[..count]);
            _blockSize += count;
            if (_blockSize > (_statedSize ?? long.MaxValue))
                throw Damaged("a block is longer than its header says");
            return count;
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            DisposeBlock();
        base.Dispose(disposing);
    }

    // At the start of a stream, of a block or of the index; false at the end of all.
    private bool TryBegin()
    {
        while (true)
        {
            if (_checkId < 0)
            {
                if (!TryReadStreamHeader())
                    return false;
            }
            else if (_source.Peek(1) is [0])
            {
                ReadIndex();
                _checkId = -1;
            }
            else
            {
                BeginBlock();
                return true;
            }
        }
    }

    private bool TryReadStreamHeader()
    {
        var padding = 0L;
        // Zeros may stand between streams and behind the last, but not before the first.
        while (_source.Count > 0 && _source.Peek(1) is [0])
        {
            _source.ReadByte();
            padding++;
        }

        if (padding % 4 != 0)
            throw Damaged("the padding behind a stream is no multiple of four bytes");
        if (_source.IsAtEnd)
            return false;
        Span<byte> header = stackalloc byte[StreamHeaderLength];
        _source.ReadExactly(header);
        if (!IsStream(header))
            throw Damaged("what follows a stream is none");
        var flags = header.Slice(MagicLength, 2);
        if (XzCheck.Crc32(flags) != BinaryPrimitives.ReadUInt32LittleEndian(header[8..]))
            throw Damaged("the header of a stream is damaged");
        if (flags[0] != 0 || XzCheck.LengthOf(flags[1]) < 0)
            throw Damaged("a stream has a check that is not known");
        (_checkId, _blocks, _records) = (flags[1], 0, 0);
        return true;
    }

    private void BeginBlock()
    {
        _blockStart = _source.Count;
        // Peeked before, so it is there.
        var header = new byte[(_source.Peek(1)[0] + 1) * 4];
        _source.ReadExactly(header);
        var fields = header.AsSpan(0, header.Length - 4);
        if (XzCheck.Crc32(fields) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(header.Length - 4)))
            throw Damaged("the header of a block is damaged");
        var flags = fields[1];
        ReadOnlySpan<byte> rest = fields[2..];
        _statedPacked = (flags & 0x40) != 0 ? TakeNumber(ref rest) : null;
        _statedSize = (flags & 0x80) != 0 ? TakeNumber(ref rest) : null;
        if ((flags & 0x3F) != 0 || TakeNumber(ref rest) != Lzma2 || TakeNumber(ref rest) != 1 || rest.IsEmpty)
            throw Damaged("it uses filters other than LZMA2");
        var dictionary = DictionarySize(rest[0]);
        if (rest[1..].ContainsAnyExcept((byte)0))
            throw Damaged("the header of a block is damaged");
        if (dictionary > Math.Min(maxDictionary, LargestDictionary))
        {
            throw new ArchiveRefusedException(
                ArchiveRefusal.DecompressorMemory, "", -1, $"xz wants a dictionary of {dictionary} bytes, at most {Math.Min(maxDictionary, LargestDictionary)} are given");
        }

        _blockSize = 0;
        _check = new XzCheck(_checkId);
        _block = LzmaStream.Create([rest[0]], _source, -1, -1, presetDictionary: null, isLzma2: true, leaveOpen: true);
        _statedPacked += header.Length;
    }

    private void EndBlock()
    {
        var length = _source.Count - _blockStart;
        if ((_statedPacked ?? length) != length || (_statedSize ?? _blockSize) != _blockSize)
            throw Damaged("a block has another length than its header says");
        for (var padding = length; padding % 4 != 0; padding++)
        {
            if (_source.ReadByte() != 0)
                throw Damaged("the padding of a block is not zero");
        }

        Span<byte> stored = stackalloc byte[XzCheck.LengthOf(_checkId)];
        _source.ReadExactly(stored);
        if (!_check!.Matches(stored))
            throw Damaged("the check of a block does not match");
        AddRecord(length + stored.Length, _blockSize);
        _blocks++;
        DisposeBlock();
    }

    // Compared with what was read by a hash, so that a list of millions of blocks takes no memory.
    private void ReadIndex()
    {
        var start = _source.Count;
        var expected = _records;
        var bytes = new List<byte>(64);
        var crc = new XzCheck(1);
        if (TakeByte() != 0 || TakeNumber() != _blocks)
            throw Damaged("the index lists another number of blocks");
        _records = 0;
        for (var i = 0L; i < _blocks; i++)
            AddRecord(TakeNumber(), TakeNumber());
        if (_records != expected)
            throw Damaged("the index lists other blocks");
        while ((_source.Count - start) % 4 != 0)
        {
            if (TakeByte() != 0)
                throw Damaged("the padding of the index is not zero");
        }

        Flush();
        Span<byte> footer = stackalloc byte[4 + StreamHeaderLength];
        _source.ReadExactly(footer);
        if (!crc.Matches(footer[..4]))
            throw Damaged("the index is damaged");
        footer = footer[4..];
        var indexLength = (BinaryPrimitives.ReadUInt32LittleEndian(footer[4..]) + 1L) * 4;
        if (XzCheck.Crc32(footer.Slice(4, 6)) != BinaryPrimitives.ReadUInt32LittleEndian(footer) || footer[8] != 0 || footer[9] != _checkId
            || !footer[10..].SequenceEqual("YZ"u8) || indexLength != _source.Count - StreamHeaderLength - start)
            throw Damaged("the end of a stream is damaged");

        long TakeNumber()
        {
            long value = 0;
            for (var shift = 0; shift < 63; shift += 7)
            {
                var octet = TakeByte();
                value |= (long)(octet & 0x7F) << shift;
                if (octet < 0x80)
                    return value;
            }

            throw Damaged("the index has a number that is none");
        }

        byte TakeByte()
        {
            var octet = (byte)_source.ReadByte();
            bytes.Add(octet);
            if (bytes.Count == bytes.Capacity)
                Flush();
            return octet;
        }

        void Flush()
        {
            crc.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
            bytes.Clear();
        }
    }

    // 2 or 3, shifted by half the number; 40 stands for 4 GiB less one.
    private static long DictionarySize(byte bits) => bits switch
    {
        < 40 => (2L | (bits & 1L)) << ((bits / 2) + 11),
        40 => uint.MaxValue,
        _ => throw Damaged("the size of the dictionary is not known"),
    };

    // Seven bits in each byte, the lowest first, at most nine bytes.
    private static long TakeNumber(ref ReadOnlySpan<byte> fields)
    {
        long value = 0;
        for (var i = 0; i < Math.Min(9, fields.Length); i++)
        {
            value |= (long)(fields[i] & 0x7F) << (7 * i);
            if (fields[i] >= 0x80)
                continue;
            fields = fields[(i + 1)..];
            return value;
        }

        throw Damaged("the header of a block is damaged");
    }

    private static InvalidDataException Damaged(string what) => new($"xz: {what}");

    private void AddRecord(long packedSize, long size) =>
        _records = unchecked((((_records ^ (ulong)packedSize) * 0x9E3779B97F4A7C15) ^ (ulong)size) * 0xC2B2AE3D27D4EB4F);

    private void DisposeBlock()
    {
        _block?.Dispose();
        _check?.Dispose();
        (_block, _check) = (null, null);
    }
}
