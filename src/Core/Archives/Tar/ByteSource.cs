namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Gives single bytes quickly, which is how bzip2's and xz's decoders read, looks ahead a little, and knows how far it is.</summary>
internal sealed class ByteSource(Stream source) : ReadOnlyStream
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private long _taken;
    private int _next;
    private int _end;

    /// <summary>Bytes that were given.</summary>
    internal long Count => _taken + _next;

    internal bool IsAtEnd => !Has(1);

    /// <summary>The next bytes, which stay to be read; fewer at the end.</summary>
    internal ReadOnlySpan<byte> Peek(int count)
    {
        Has(count);
        return _buffer.AsSpan(_next, Math.Min(count, _end - _next));
    }

    /// <summary>The next byte. That there is none is a fault here: those who ask in this way know that one has to follow.</summary>
    public override int ReadByte() => Has(1) ? _buffer[_next++] : throw new EndOfStreamException("it ends too early");

    public override int Read(Span<byte> buffer)
    {
        if (!Has(1))
            return 0;
        var count = Math.Min(buffer.Length, _end - _next);
        _buffer.AsSpan(_next, count).CopyTo(buffer);
        _next += count;
        return count;
    }

    private bool Has(int count)
    {
        if (_end - _next >= count)
            return true;
        _buffer.AsSpan(_next, _end - _next).CopyTo(_buffer);
        (_taken, _end, _next) = (_taken + _next, _end - _next, 0);
        while (_end < count && source.Read(_buffer.AsSpan(_end)) is var read and > 0)
            _end += read;
        return _end >= count;
    }
}
