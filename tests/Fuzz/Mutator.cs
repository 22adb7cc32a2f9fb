using System.Buffers.Binary;

namespace CheckpointOperator.Fuzz;

/// <summary>
/// Changes inputs at random, the same way for the same seed. It sees no coverage: it shows that the targets work and finds what lies near
/// the corpus; the search is AFL++'s.
/// </summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> words)
{
    private static readonly int[] Interesting = [0, 1, -1, 0x7F, 0x80, 0xFF, 511, 512, 513, 0x7FFF, 0x8000, 0xFFFF, int.MaxValue, int.MinValue];

    // Not for security: the same inputs every time.
#pragma warning disable CA5394
    private readonly Random _random = new(seed);

    /// <summary>A changed copy; <paramref name="other"/> is an input from which a piece may be taken.</summary>
    internal byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        for (var changes = 1 << _random.Next(5); changes > 0; changes--)
            ChangeOnce(bytes, other);
        return [.. bytes];
    }

    private void ChangeOnce(List<byte> bytes, byte[] other)
    {
        var at = _random.Next(bytes.Count + 1);
        switch (_random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                Span<byte> number = stackalloc byte[4];
                BinaryPrimitives.WriteInt32LittleEndian(number, Interesting[_random.Next(Interesting.Length)]);
                Overwrite(bytes, at, number[..(1 << _random.Next(3))]);
                break;
            case 3:
                bytes.RemoveRange(at, Length(bytes.Count - at));
                break;
            case 4 when words.Count > 0:
                bytes.InsertRange(at, words[_random.Next(words.Count)]);
                break;
            case 5 when words.Count > 0:
                Overwrite(bytes, at, words[_random.Next(words.Count)]);
                break;
            case 6:
                bytes.InsertRange(at, Piece([.. bytes]));
                break;
            case 7:
                Overwrite(bytes, at, Piece(other));
                break;
        }
    }

    private byte[] Piece(byte[] source)
    {
        var start = _random.Next(source.Length + 1);
        return source[start..(start + Length(source.Length - start))];
    }

    // Mostly short, often whole tar blocks.
    private int Length(int most) => Math.Min(most, _random.Next(3) switch
    {
        0 => _random.Next(1, 16),
        1 => 512 * _random.Next(1, 4),
        _ => _random.Next(1, 1024),
    });
#pragma warning restore CA5394

    private static void Overwrite(List<byte> bytes, int at, ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < value.Length && at + i < bytes.Count; i++)
            bytes[at + i] = value[i];
    }
}
