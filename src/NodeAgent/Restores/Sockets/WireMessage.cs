namespace CheckpointOperator.NodeAgent.Restores.Sockets;

/// <summary>
/// A protobuf message of which some fields are changed and everything else stays as it is: CRIU's own writer left fields out or wrote zeros by rules that
/// are not ours to repeat, and a newer CRIU has fields that are not known here.
/// </summary>
internal sealed class WireMessage
{
    private const int VarintType = 0;
    private const int Fixed64Type = 1;
    private const int BytesType = 2;
    private const int Fixed32Type = 5;

    private readonly List<Field> _fields = [];

    /// <summary>Takes a message apart.</summary>
    /// <param name="message">Its bytes.</param>
    /// <exception cref="InvalidDataException">It is no message.</exception>
    public WireMessage(ReadOnlyMemory<byte> message)
    {
        for (int start = 0, at = 0; at < message.Length; start = at)
        {
            ulong tag = ReadVarint(message.Span, ref at);
            ulong number = 0;
            int length = (int)(tag & 7) switch
            {
                VarintType => 0,
                Fixed64Type => sizeof(ulong),
                Fixed32Type => sizeof(uint),
                BytesType => checked((int)Math.Min(ReadVarint(message.Span, ref at), int.MaxValue)),
                _ => throw new InvalidDataException("a field has a kind that protobuf does not know"),
            };
            if ((tag & 7) == VarintType)
                number = ReadVarint(message.Span, ref at);
            if (length > message.Length - at)
                throw new InvalidDataException("a field is longer than its message");
            _fields.Add(new Field(tag >> 3, (int)(tag & 7), number, message.Slice(at, length), message[start..(at + length)]));
            at += length;
        }
    }

    /// <summary>The number in a field; null where it is not there.</summary>
    /// <param name="field">The field.</param>
    public ulong? Number(ulong field) => _fields.FindLast(candidate => candidate.Id == field && candidate.Type == VarintType)?.Number;

    /// <summary>The numbers in a repeated field, packed or not.</summary>
    /// <param name="field">The field.</param>
    public IReadOnlyList<ulong> Numbers(ulong field)
    {
        var numbers = new List<ulong>();
        foreach (Field found in _fields.Where(candidate => candidate.Id == field))
        {
            if (found.Type == VarintType)
                numbers.Add(found.Number);
            for (int at = 0; found.Type == BytesType && at < found.Content.Length;)
                numbers.Add(ReadVarint(found.Content.Span, ref at));
        }
        return numbers;
    }

    /// <summary>The message in a field; null where it is not there.</summary>
    /// <param name="field">The field.</param>
    public WireMessage? Message(ulong field) =>
        _fields.FindLast(candidate => candidate.Id == field && candidate.Type == BytesType) is { } found ? new WireMessage(found.Content) : null;

    /// <summary>Puts numbers in place of those of a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="numbers">The numbers.</param>
    public void Set(ulong field, params IEnumerable<ulong> numbers)
    {
        _fields.RemoveAll(candidate => candidate.Id == field);
        foreach (ulong number in numbers)
            _fields.Add(new Field(field, VarintType, number, default, (byte[])[.. Varint((field << 3) | VarintType), .. Varint(number)]));
    }

    /// <summary>Puts a message in place of that of a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="message">The message.</param>
    public void Set(ulong field, WireMessage message)
    {
        byte[] content = message.ToArray();
        _fields.RemoveAll(candidate => candidate.Id == field);
        _fields.Add(new Field(field, BytesType, 0, content, (byte[])[.. Varint((field << 3) | BytesType), .. Varint((ulong)content.Length), .. content]));
    }

    /// <summary>Its bytes.</summary>
    public byte[] ToArray() => [.. _fields.SelectMany(field => field.Raw.ToArray())];

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (at >= bytes.Length)
                throw new InvalidDataException("it ends in a number");
            byte part = bytes[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
        throw new InvalidDataException("a number has more than 64 bits");
    }

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }

    private sealed record Field(ulong Id, int Type, ulong Number, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Raw);
}
