using ICSharpCode.SharpZipLib.BZip2;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Unpacks bzip2, also when it is of several parts one after the other, as parallel compressors write it. What follows the last part and is
/// none is not looked at, as the bzip2 program does it.
/// </summary>
internal sealed class Bzip2Stream(Stream packed) : ReadOnlyStream
{
    // Its own and that of its first block, or of its end.
    internal const int MagicLength = 10;

    private readonly ByteSource _source = new(packed);
    private BZip2InputStream? _part;

    private static ReadOnlySpan<byte> BlockMagic => [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];

    private static ReadOnlySpan<byte> EndMagic => [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

    /// <summary>Whether bytes begin such a part: "BZh", the size of its blocks, and the first block. A tar's first name may begin with "BZh" alone.</summary>
    internal static bool IsPart(ReadOnlySpan<byte> head) =>
        head.Length >= MagicLength && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9' && (head[4..].StartsWith(BlockMagic) || head[4..].StartsWith(EndMagic));

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        // An array of our own: SharpZipLib's stream knows no spans.
        var part = System.Buffers.ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length, 64 * 1024));
        try
        {
            while (_part is not null || IsPart(_source.Peek(MagicLength)))
            {
                // It reads the part's header already when it is made.
                _part ??= new BZip2InputStream(_source) { IsStreamOwner = false };
                var count = _part.Read(part, 0, Math.Min(buffer.Length, part.Length));
                if (count > 0)
                {
                    part.AsSpan(0, count).CopyTo(buffer);
                    return count;
                }

                _part = null;
            }

            return 0;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(part);
        }
    }
}
