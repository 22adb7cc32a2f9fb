namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Counts the bytes that are read through it, and keeps the fault of a read that failed.</summary>
internal sealed class CountingStream(Stream source) : ReadOnlyStream
{
    internal long Count { get; private set; }

    /// <summary>Why the source could not be read. A decoder may take it for the end of its data.</summary>
    internal Exception? Fault { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var count = source.Read(buffer);
            Count += count;
            return count;
        }
        catch (Exception e)
        {
            Fault = e;
            throw;
        }
    }
}
