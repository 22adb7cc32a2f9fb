using System.Buffers.Text;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Reads PAX records ("27 path=some/long/name\n") into an entry.</summary>
internal static class PaxRecords
{
    internal static ReadOnlySpan<byte> AttributePrefix => "SCHILY.xattr."u8;

    /// <summary>Applies all records; a fault is told by its reason and what is wrong.</summary>
    internal static (ArchiveRefusal Reason, string Detail)? Apply(ReadOnlySpan<byte> records, TarEntry entry)
    {
        while (!records.IsEmpty)
        {
            if (!TryTake(ref records, out var key, out var value))
                return (ArchiveRefusal.InvalidHeader, "a PAX record is damaged");
            // An empty value takes back what a global header said, and those say nothing here.
            if (!value.IsEmpty || key.StartsWith(AttributePrefix))
            {
                if (!TryApply(key, value, entry, out var reason))
                    return (reason, $"PAX record '{DisplayText.Of(key)}' has the value '{DisplayText.Of(value)}'");
            }
        }

        return null;
    }

    /// <summary>Whether a global header speaks of more than comments: those would change every entry that follows, and no engine writes them.</summary>
    internal static bool ChangesEntries(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            if (!TryTake(ref records, out var key, out _) || !key.SequenceEqual("comment"u8))
                return true;
        }

        return false;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> records, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        key = value = default;
        if (!Utf8Parser.TryParse(records, out int length, out var digits) || length <= digits + 2 || length > records.Length
            || records[digits] != ' ' || records[length - 1] != '\n')
            return false;
        var record = records[(digits + 1)..(length - 1)];
        var equals = record.IndexOf((byte)'=');
        if (equals <= 0)
            return false;
        key = record[..equals];
        value = record[(equals + 1)..];
        records = records[length..];
        return true;
    }

    private static bool TryApply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, TarEntry entry, out ArchiveRefusal reason)
    {
        reason = ArchiveRefusal.InvalidNumber;
        if (key.SequenceEqual("path"u8))
            entry.RawName = value.ToArray();
        else if (key.SequenceEqual("linkpath"u8))
            entry.LinkTarget = value.ToArray();
        else if (key.SequenceEqual("size"u8))
        {
            if (!TryNumber(value, long.MaxValue, out var size))
                return false;
            entry.Size = size;
        }
        else if (key.SequenceEqual("uid"u8))
        {
            if (!TryNumber(value, TarHeader.MaxId, out var id))
                return false;
            entry.UserId = (uint)id;
        }
        else if (key.SequenceEqual("gid"u8))
        {
            if (!TryNumber(value, TarHeader.MaxId, out var id))
                return false;
            entry.GroupId = (uint)id;
        }
        else if (key.SequenceEqual("mtime"u8))
        {
            if (!TryTime(value, out var time))
                return false;
            entry.Modified = time;
        }
        else if (key.StartsWith(PaxSparse.Prefix))
        {
            reason = ArchiveRefusal.InvalidSparseMap;
            return (entry.Sparse ??= new PaxSparse()).TryAdd(key[PaxSparse.Prefix.Length..], value);
        }
        else if (key.StartsWith(AttributePrefix))
        {
            var name = key[AttributePrefix.Length..];
            if (name.IsEmpty || name.Contains((byte)0))
            {
                reason = ArchiveRefusal.InvalidHeader;
                return false;
            }

            entry.Attributes.Add(new TarAttribute([.. name, 0], value.ToArray()));
        }

        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, long max, out long value) =>
        Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length && value >= 0 && value <= max;

    // Seconds with a decimal fraction; the fraction of a negative time counts away from zero.
    private static bool TryTime(ReadOnlySpan<byte> text, out UnixTime time)
    {
        time = default;
        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        if (!Utf8Parser.TryParse(whole, out long seconds, out var consumed) || consumed != whole.Length)
            return false;
        var nanoseconds = 0;
        var fraction = point < 0 ? [] : text[(point + 1)..];
        for (var i = 0; i < fraction.Length; i++)
        {
            if (!char.IsAsciiDigit((char)fraction[i]))
                return false;
            if (i < 9)
                nanoseconds = (nanoseconds * 10) + (fraction[i] - '0');
        }

        for (var i = fraction.Length; i < 9; i++)
            nanoseconds *= 10;
        if (whole[0] == '-' && nanoseconds > 0 && seconds == long.MinValue)
            return false;
        if (whole[0] == '-' && nanoseconds > 0)
            (seconds, nanoseconds) = (seconds - 1, 1_000_000_000 - nanoseconds);
        time = new UnixTime(seconds, nanoseconds);
        return true;
    }
}
