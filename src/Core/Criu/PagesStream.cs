using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Criu;

/// <summary>A pages-N.img that is read forwards, and in a plain archive sought through.</summary>
internal sealed class PagesStream
{
    private readonly TarReader _reader;
    private long _position;

    internal PagesStream(PageMap map, TarReader reader)
    {
        _reader = reader;
        // Fewer bytes than the page map counts are compressed or lost, and no page lies where it should.
        if (reader.Remaining < map.PagesLength)
        {
            throw new ArchiveRefusedException(
                ArchiveRefusal.InvalidCriuImage, $"checkpoint/pages-{map.PagesId}.img", -1, $"it has {reader.Remaining} bytes, its page map counts {map.PagesLength}");
        }
    }

    /// <summary>Fills the buffer from a place that is not before the end of what was read already.</summary>
    internal void Read(long offset, Span<byte> buffer)
    {
        _reader.Skip(offset - _position);
        for (var read = 0; read < buffer.Length;)
            read += _reader.Read(buffer[read..]);
        _position = offset + buffer.Length;
    }
}
