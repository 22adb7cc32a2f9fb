namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>A stream whose first bytes were already taken to look at them.</summary>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _prefix = prefix;

    public override int Read(Span<byte> buffer)
    {
        if (_prefix.IsEmpty)
            return rest.Read(buffer);
        var count = Math.Min(buffer.Length, _prefix.Length);
        _prefix.Span[..count].CopyTo(buffer);
        _prefix = _prefix[count..];
        return count;
    }

    internal override bool TrySkip(long count)
    {
        var taken = (int)Math.Min(count, _prefix.Length);
        _prefix = _prefix[taken..];
        return rest is ReadOnlyStream stream ? stream.TrySkip(count - taken) : TryDiscard(rest, count - taken);
    }
}
