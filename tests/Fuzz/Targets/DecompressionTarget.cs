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

    private static ReadOnlySpan<byte> Zstandard => [0x28, 0xb5, 0x2f, 0xfd];

    internal static void Run(byte[] input)
    {
        var whole = Unpack(new MemoryStream(input, writable: false), 64 * 1024, input.Length);
        var pieces = Unpack(new DribblingStream(input), 613, input.Length);
        // libzstd does not compare the length that a frame states with what came out when its last block is empty and its bytes came one by one.
        if (whole is null && input.AsSpan().StartsWith(Zstandard))
            return;
        if ((whole is null) != (pieces is null) || !whole.AsSpan().SequenceEqual(pieces))
            throw new FindingException($"read at once there are {Length(whole)}, read in pieces {Length(pieces)}");
    }

    private static byte[]? Unpack(Stream packed, int portion, int packedLength)
    {
        using var content = new MemoryStream();
        var limits = FuzzLimits.Archive;
        var most = Math.Max(limits.CompressionRatioFloor, (long)packedLength * (limits.MaxCompressionRatio + 1)) + portion;
        try
        {
            using var stream = DecompressedStream.Open(packed, limits, out _);
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
