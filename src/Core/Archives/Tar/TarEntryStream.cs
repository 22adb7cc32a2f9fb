namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>The content of a reader's current entry.</summary>
internal sealed class TarEntryStream(TarReader reader) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer) => reader.Read(buffer);

    internal override bool TrySkip(long count)
    {
        if (count > reader.Remaining)
            return false;
        reader.Skip(count);
        return true;
    }
}
