using System.Buffers.Binary;

namespace CheckpointOperator.Core.Archives;

/// <summary>CRIU's image files: a magic number, since CRIU 2.0 a second one, then entries, each a length and a protobuf message.</summary>
internal static class CriuImage
{
    // IMG_COMMON_MAGIC of criu/include/magic.h: the file's own magic follows.
    private const uint CommonMagic = 0x54564319;

    /// <summary>Number of entries; null when the bytes are no such file.</summary>
    internal static int? CountEntries(ReadOnlySpan<byte> image)
    {
        if (image.Length < 4)
            return null;
        var header = BinaryPrimitives.ReadUInt32LittleEndian(image) == CommonMagic ? 8 : 4;
        if (image.Length < header)
            return null;
        image = image[header..];
        var count = 0;
        while (!image.IsEmpty)
        {
            if (image.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(image) is var length && length > image.Length - 4)
                return null;
            image = image[(4 + (int)length)..];
            count++;
        }

        return count;
    }
}
