namespace CheckpointOperator.Core.Tests.Support;

/// <summary>Counts what is read of bytes, and fails where no one may read any further.</summary>
public sealed class CountedStream(byte[] content, long end = long.MaxValue) : MemoryStream(content, writable: false)
{
    /// <summary>Bytes that were read.</summary>
    public long BytesRead { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (Position >= end)
            throw new IOException($"read at {Position}, beyond {end}");
        // The stream of memory turns a read of a span into one of an array, which is this one again, unless it is asked so.
        var piece = new byte[(int)Math.Min(buffer.Length, end - Position)];
        var count = base.Read(piece, 0, piece.Length);
        piece.AsSpan(0, count).CopyTo(buffer);
        BytesRead += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
}
