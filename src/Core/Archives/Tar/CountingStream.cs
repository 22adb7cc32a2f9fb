namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Counts the bytes that are read through it.</summary>
internal sealed class CountingStream(Stream source) : ReadOnlyStream
{
    internal long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        var count = source.Read(buffer);
        Count += count;
        return count;
    }
}
