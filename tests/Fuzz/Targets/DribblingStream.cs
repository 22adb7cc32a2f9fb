using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>Gives bytes in small uneven portions and cannot be sought in, as a pipe.</summary>
internal sealed class DribblingStream(byte[] content) : ReadOnlyStream
{
    private int _position;

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(Math.Min(buffer.Length, 1 + (_position % 997)), content.Length - _position);
        content.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
