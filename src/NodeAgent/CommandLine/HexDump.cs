using System.Globalization;
using System.Text;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>Memory as lines of 16 bytes: address, hexadecimal, ASCII, as checkpointctl prints it.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="isCompact">Whether a line like the one before becomes one <c>*</c>.</param>
internal sealed class HexDump(TextWriter output, bool isCompact)
{
    private const int Width = 16;

    private readonly StringBuilder _line = new();
    private readonly byte[] _before = new byte[Width];
    private ulong _next = 1;
    private bool _isRepeated;

    /// <summary>Writes bytes that start a line.</summary>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at += Width)
            WriteLine(address + (ulong)at, bytes[at..Math.Min(at + Width, bytes.Length)]);
    }

    /// <summary>Bytes with all but printable ASCII as dots.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var octet in bytes)
            text.Append(octet is >= 0x20 and < 0x7f ? (char)octet : '.');
        return text.ToString();
    }

    private void WriteLine(ulong address, ReadOnlySpan<byte> bytes)
    {
        // A star stands for lines that follow each other only.
        var isSame = isCompact && address == _next && bytes.SequenceEqual(_before);
        _next = address + Width;
        if (isSame && _isRepeated)
            return;
        _isRepeated = isSame;
        if (isSame)
        {
            output.WriteLine('*');
            return;
        }

        if (bytes.Length == Width)
            bytes.CopyTo(_before);
        _line.Clear().Append(CultureInfo.InvariantCulture, $"{address:x16}  ");
        for (var i = 0; i < Width; i++)
            _ = i < bytes.Length ? _line.Append(CultureInfo.InvariantCulture, $"{bytes[i]:x2} ") : _line.Append("   ");
        output.WriteLine(_line.Append(" |").Append(Printable(bytes)).Append('|'));
    }
}
