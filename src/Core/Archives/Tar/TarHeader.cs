using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>The 512-byte header: where its fields are, how it is read and written.</summary>
internal static class TarHeader
{
    internal const int BlockSize = 512;

    internal const byte PaxHeader = (byte)'x';
    internal const byte PaxGlobalHeader = (byte)'g';
    internal const byte GnuLongName = (byte)'L';
    internal const byte GnuLongLink = (byte)'K';

    internal const int NameLength = 100;
    internal const int SizeOffset = 124;
    internal const int SizeLength = 12;
    internal const int IdLength = 8;

    // The highest number means "leave it as it is" to chown.
    internal const long MaxId = uint.MaxValue - 1L;

    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;
    private const int TypeOffset = 156;
    private const int LinkOffset = 157;
    private const int MagicOffset = 257;
    private const int PrefixOffset = 345;
    private const int PrefixLength = 155;

    internal static byte TypeFlag(ReadOnlySpan<byte> block) => block[TypeOffset];

    /// <summary>Whether it is GNU's own header, which has other fields where POSIX's has the prefix.</summary>
    internal static bool IsGnu(ReadOnlySpan<byte> block) => block.Slice(MagicOffset, 8).SequenceEqual("ustar  \0"u8);

    internal static bool HasValidChecksum(ReadOnlySpan<byte> block)
    {
        if (!TarNumber.TryRead(block.Slice(ChecksumOffset, ChecksumLength), out var expected))
            return false;
        long unsigned = 0, signed = 0;
        for (var i = 0; i < BlockSize; i++)
        {
            var octet = i is >= ChecksumOffset and < ChecksumOffset + ChecksumLength ? (byte)' ' : block[i];
            unsigned += octet;
            signed += (sbyte)octet;
        }

        // Old tars summed signed characters.
        return expected == unsigned || expected == signed;
    }

    /// <summary>Fills an entry from the header alone. False, with the field's name, when a number is not one.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> block, TarEntry entry, out string field)
    {
        field = "";
        entry.Attributes.Clear();
        entry.Sparse = null;
        var name = Text(block[..NameLength]);
        var prefix = block.Slice(MagicOffset, 6).SequenceEqual("ustar\0"u8) ? Text(block.Slice(PrefixOffset, PrefixLength)) : [];
        entry.RawName = prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
        entry.LinkTarget = Text(block.Slice(LinkOffset, NameLength)).ToArray();
        if (!Read(block, 100, 8, "mode", uint.MaxValue, out var mode, ref field)
            || !Read(block, 108, IdLength, "uid", MaxId, out var userId, ref field)
            || !Read(block, 116, IdLength, "gid", MaxId, out var groupId, ref field)
            || !Read(block, SizeOffset, SizeLength, "size", long.MaxValue, out var size, ref field)
            || !Read(block, 329, 8, "devmajor", uint.MaxValue, out var major, ref field)
            || !Read(block, 337, 8, "devminor", uint.MaxValue, out var minor, ref field)
            || !ReadTime(block, entry, ref field))
            return false;

        entry.Mode = (uint)mode & 0xFFF;
        (entry.UserId, entry.GroupId) = ((uint)userId, (uint)groupId);
        entry.Size = size;
        (entry.DeviceMajor, entry.DeviceMinor) = ((uint)major, (uint)minor);
        return true;
    }

    /// <summary>Writes a header block; names longer than their field are cut, because a PAX record carries them whole.</summary>
    internal static void Write(Span<byte> block, ReadOnlySpan<byte> name, TarEntry entry, byte type, long size)
    {
        block.Clear();
        Put(block[..NameLength], name);
        TarNumber.Write(block.Slice(100, 8), entry.Mode & 0xFFF);
        TarNumber.Write(block.Slice(108, IdLength), Fit(entry.UserId, IdLength));
        TarNumber.Write(block.Slice(116, IdLength), Fit(entry.GroupId, IdLength));
        TarNumber.Write(block.Slice(SizeOffset, SizeLength), size);
        TarNumber.Write(block.Slice(136, 12), Fit(entry.Modified.Seconds, 12));
        block[TypeOffset] = type;
        Put(block.Slice(LinkOffset, NameLength), entry.LinkTarget);
        "ustar\000"u8.CopyTo(block[MagicOffset..]);
        // No PAX record has these; a number that octal digits do not hold must not become the 0/0 of a whiteout.
        TarNumber.Write(block.Slice(329, 8), entry.DeviceMajor);
        TarNumber.Write(block.Slice(337, 8), entry.DeviceMinor);
        Seal(block);
    }

    /// <summary>Puts a size into a header that was written without knowing it.</summary>
    internal static void PatchSize(Span<byte> block, long size)
    {
        TarNumber.Write(block.Slice(SizeOffset, SizeLength), size);
        Seal(block);
    }

    private static void Seal(Span<byte> block)
    {
        block.Slice(ChecksumOffset, ChecksumLength).Fill((byte)' ');
        var sum = 0;
        foreach (var octet in block)
            sum += octet;
        TarNumber.Write(block.Slice(ChecksumOffset, 7), sum);
    }

    private static void Put(Span<byte> field, ReadOnlySpan<byte> value) => value[..Math.Min(value.Length, field.Length)].CopyTo(field);

    // A PAX record has the number when the field has no room for it.
    private static long Fit(long value, int length) => TarNumber.FitsOctal(value, length) ? value : 0;

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is var end && end < 0 ? field : field[..end];

    private static bool Read(ReadOnlySpan<byte> block, int offset, int length, string name, long max, out long value, ref string field)
    {
        if (TarNumber.TryRead(block.Slice(offset, length), out value) && value >= 0 && value <= max)
            return true;
        field = name;
        return false;
    }

    private static bool ReadTime(ReadOnlySpan<byte> block, TarEntry entry, ref string field)
    {
        if (!TarNumber.TryRead(block.Slice(136, 12), out var seconds))
        {
            field = "mtime";
            return false;
        }

        entry.Modified = new UnixTime(seconds, 0);
        return true;
    }
}
