using System.Buffers.Binary;
using System.Text;

namespace CheckpointOperator.Telemetry.Testing;

/// <summary>The fields of a Protocol Buffers message by their numbers, without its schema.</summary>
public sealed class ProtobufMessage
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = [];

    /// <summary>Reads one.</summary>
    public ProtobufMessage(ReadOnlyMemory<byte> message)
    {
        while (message.Length > 0)
        {
            ulong tag = Varint(ref message);
            int field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    _fields.Add((field, Varint(ref message), default));
                    break;
                case 1:
                    _fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(message.Span), default));
                    message = message[8..];
                    break;
                case 2:
                    int length = (int)Varint(ref message);
                    _fields.Add((field, 0, message[..length]));
                    message = message[length..];
                    break;
                case 5:
                    _fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(message.Span), default));
                    message = message[4..];
                    break;
                default:
                    throw new InvalidDataException($"field {field} has wire type {tag & 7}");
            }
        }
    }

    /// <summary>All messages of a field.</summary>
    public IEnumerable<ProtobufMessage> All(int field) => _fields.Where(one => one.Field == field).Select(one => new ProtobufMessage(one.Bytes));

    /// <summary>A field's message; an empty one where there is none.</summary>
    public ProtobufMessage One(int field) => new(Bytes(field));

    /// <summary>A field's text.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field).Span);

    /// <summary>A field's bytes, as hexadecimal digits.</summary>
    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field).Span);

    /// <summary>A field's number.</summary>
    public ulong Number(int field) => _fields.LastOrDefault(one => one.Field == field).Number;

    /// <summary>OTLP's attributes: those that are text or numbers.</summary>
    public Dictionary<string, string> Attributes(int field) => All(field).ToDictionary(
        pair => pair.Text(1), pair => pair.One(2) is var value && value.Text(1) is { Length: > 0 } text ? text : value.Number(3).ToString(null, null));

    private ReadOnlyMemory<byte> Bytes(int field) => _fields.LastOrDefault(one => one.Field == field).Bytes;

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (int i = 0; ; i++)
        {
            byte next = message.Span[i];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next >= 0x80)
                continue;
            message = message[(i + 1)..];
            return value;
        }
    }
}
