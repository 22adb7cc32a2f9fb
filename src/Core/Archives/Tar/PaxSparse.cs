using System.Buffers.Text;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// What the PAX records <c>GNU.sparse.*</c> say of an entry (GNU tar's manual, "Storing Sparse Files"): versions 0.0 and 0.1 hold the map
/// themselves, 1.0 announces one at the start of the entry's data.
/// </summary>
internal sealed class PaxSparse
{
    private long? _major;
    private long? _minor;
    private long? _count;
    private long? _offset;

    internal static ReadOnlySpan<byte> Prefix => "GNU.sparse."u8;

    /// <summary>The file's real name; the entry's own is made up for readers that do not know these records.</summary>
    internal byte[]? Name { get; private set; }

    /// <summary>The file's size, holes included.</summary>
    internal long? Size { get; private set; }

    /// <summary>The map; null where no record holds one.</summary>
    internal List<SparseRegion>? Regions { get; private set; }

    /// <summary>Whether the map stands before the data.</summary>
    internal bool HasMapInData => (_major, _minor) == (1, 0);

    /// <summary>Whether the records are of a version that is known, and complete.</summary>
    internal bool IsUnderstood => (_major, _minor) is (1, 0) or (0, 0) or (0, 1) or (null, null);

    /// <summary>Whether the records hold a whole map: as many regions as they announce.</summary>
    internal bool IsComplete => Regions is not null && _offset is null && (_count is null || _count == Regions.Count);

    /// <summary>Takes one record, its name without the prefix; false when its value is none.</summary>
    internal bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("name"u8))
        {
            Name = value.ToArray();
            return true;
        }

        if (key.SequenceEqual("map"u8))
            return TryAddMap(value);
        if (!TryNumber(value, out var number))
            return false;
        if (key.SequenceEqual("major"u8))
            _major = number;
        else if (key.SequenceEqual("minor"u8))
            _minor = number;
        else if (key.SequenceEqual("numblocks"u8))
            _count = number;
        else if (key.SequenceEqual("size"u8) || key.SequenceEqual("realsize"u8))
            return (Size ??= number) == number;
        else if (key.SequenceEqual("offset"u8))
            return TryBegin(number);
        else if (key.SequenceEqual("numbytes"u8))
            return TryEnd(number);
        return true;
    }

    internal static bool TryNumber(ReadOnlySpan<byte> text, out long value) =>
        Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length && value >= 0 && char.IsAsciiDigit((char)text[0]);

    // 0.0: pairs of records, each beginning with its offset.
    private bool TryBegin(long offset)
    {
        if (_offset is not null)
            return false;
        _offset = offset;
        return true;
    }

    private bool TryEnd(long length)
    {
        if (_offset is not { } offset)
            return false;
        (Regions ??= []).Add(new SparseRegion(offset, length));
        _offset = null;
        return true;
    }

    // 0.1: all numbers in one record, with commas between.
    private bool TryAddMap(ReadOnlySpan<byte> map)
    {
        if (Regions is not null)
            return false;
        Regions = [];
        foreach (var range in map.Split((byte)','))
        {
            if (!TryNumber(map[range], out var number) || !(_offset is null ? TryBegin(number) : TryEnd(number)))
                return false;
        }

        return true;
    }
}
