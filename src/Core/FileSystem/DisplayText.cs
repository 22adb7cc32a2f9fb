using System.Text;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>Turns foreign bytes into text for one line of a message: control characters and broken UTF-8 are escaped, long text is cut.</summary>
internal static class DisplayText
{
    private const int MaxLength = 512;

    internal static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(Math.Min(bytes.Length, MaxLength));
        while (!bytes.IsEmpty && text.Length < MaxLength)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status == System.Buffers.OperationStatus.Done && !Rune.IsControl(rune) && rune.Value is not (0x2028 or 0x2029))
                text.Append(rune.ToString());
            else
                foreach (var octet in bytes[..consumed])
                    text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{octet:x2}");
            bytes = bytes[consumed..];
        }

        return bytes.IsEmpty ? text.ToString() : text.Append('…').ToString();
    }

    internal static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));
}
