using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>
/// The decompressors. Large reads from a file and small ones from a pipe must give the same bytes, and never more than the limits allow
/// for the bytes that were put in.
/// </summary>
internal static class DecompressionTarget
{
    // Content beyond this is not read: a plain file of that length would be all that it shows.
    private const int MaxContent = 4 << 20;

    /// <summary>The target of one compression; what is none of it is not unpacked.</summary>
    internal static Action<byte[]> For(ArchiveCompression compression) => input =>
    {
        var whole = Unpack(new MemoryStream(input, writable: false), 64 * 1024, input.Length, compression);
        var pieces = Unpack(new DribblingStream(input), 613, input.Length, compression);
        // A frame that libzstd has whole, it unpacks without a window and with a look at its length; one that comes in pieces the other way
        // about. So it may refuse one of the two.
        if (compression == ArchiveCompression.Zstandard && (whole is null || pieces is null))
            return;
        if ((whole is null) != (pieces is null) || !whole.AsSpan().SequenceEqual(pieces))
            throw new FindingException($"read at once there are {Length(whole)}, read in pieces {Length(pieces)}");
    };

    private static byte[]? Unpack(Stream packed, int portion, int packedLength, ArchiveCompression compression)
    {
        using var content = new MemoryStream();
        var limits = FuzzLimits.Archive;
        var most = Math.Max(limits.CompressionRatioFloor, (long)packedLength * (limits.MaxCompressionRatio + 1)) + portion;
        try
        {
            using var stream = DecompressedStream.Open(packed, limits, out var found);
            if (found != compression)
                return null;
            var buffer = new byte[portion];
            while (content.Length < MaxContent && stream.Read(buffer) is var count and > 0)
            {
                content.Write(buffer, 0, count);
                if (content.Length > most)
                    throw new FindingException($"{packedLength} bytes unpacked to {content.Length}, at most {most} are allowed");
            }
        }
        catch (ArchiveRefusedException)
        {
            return null;
        }

        // The last portion may be longer one way than the other.
        return content.ToArray()[..(int)Math.Min(content.Length, MaxContent)];
    }

    private static string Length(byte[]? content) => content is null ? "no bytes, it is refused" : $"{content.Length} bytes";
}
