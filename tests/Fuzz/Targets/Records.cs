using System.Buffers.Binary;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>
/// An input of several parts: a first byte of options, then records of a kind (1 byte), a length (16 bits, little endian) and that many bytes.
/// The last one may be short, so that no input is wrong.
/// </summary>
internal sealed class Records
{
    private readonly List<byte> _bytes = [];

    internal static IEnumerable<(byte Kind, byte[] Content)> Read(byte[] input)
    {
        for (var at = 1; input.Length - at >= 3;)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(at + 1)), input.Length - at - 3);
            yield return (input[at], input.AsSpan(at + 3, length).ToArray());
            at += 3 + length;
        }
    }

    internal Records Add(int kind, ReadOnlySpan<byte> content)
    {
        _bytes.AddRange([(byte)kind, (byte)content.Length, (byte)(content.Length >> 8)]);
        _bytes.AddRange(content);
        return this;
    }

    internal byte[] ToArray(byte options) => [options, .. _bytes];
}
