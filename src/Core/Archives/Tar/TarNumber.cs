namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>The numbers of a tar header: octal digits, or GNU's base 256 when the first bit is set.</summary>
internal static class TarNumber
{
    /// <summary>Reads a field; false when it is neither.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if (!field.IsEmpty && (field[0] & 0x80) != 0)
            return TryReadBase256(field, out value);

        // A NUL ends a number: digits behind one at the start are none to GNU tar, and some to Go's reader.
        field = field.TrimEnd(" \0"u8).TrimStart((byte)' ');
        foreach (var digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3)
                return false;
            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }

    /// <summary>Writes a number that is not negative: octal with a NUL where it fits, else base 256.</summary>
    internal static void Write(Span<byte> field, long value)
    {
        var digits = field.Length - 1;
        if (value >> (3 * digits) == 0)
        {
            field[digits] = 0;
            for (var i = digits - 1; i >= 0; i--, value >>= 3)
                field[i] = (byte)('0' + (value & 7));
            return;
        }

        for (var i = field.Length - 1; i >= 0; i--, value >>= 8)
            field[i] = (byte)value;
        field[0] |= 0x80;
    }

    /// <summary>Whether a number fits a field in octal, which every tar reads.</summary>
    internal static bool FitsOctal(long value, int fieldLength) => value >= 0 && (fieldLength > 21 || value >> (3 * (fieldLength - 1)) == 0);

    private static bool TryReadBase256(ReadOnlySpan<byte> field, out long value)
    {
        // Two's complement over all bits but the first, which only marks the form.
        var negative = (field[0] & 0x40) != 0;
        value = negative ? -1 : 0;
        for (var i = 0; i < field.Length; i++)
        {
            var octet = i == 0 ? (byte)(negative ? field[0] | 0x80 : field[0] & 0x7F) : field[i];
            if (value >> 55 != (negative ? -1 : 0))
                return false;
            value = (value << 8) | octet;
        }

        return true;
    }
}
