using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>
/// Puts right checksums into a tar's headers, those of archives inside it too. Without this nearly every change of a header ends at its
/// checksum, and no fuzzer gets behind it.
/// </summary>
internal static class SealedTar
{
    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;
    private const int MagicOffset = 257;

    internal static byte[] Seal(ReadOnlySpan<byte> input)
    {
        var tar = input.ToArray();
        Seal(tar, nested: false);
        return tar;
    }

    private static void Seal(Span<byte> tar, bool nested)
    {
        while (tar.Length >= TarHeader.BlockSize)
        {
            var block = tar[..TarHeader.BlockSize];
            if (!block.ContainsAnyExcept((byte)0))
                return;
            SealBlock(block);
            tar = tar[TarHeader.BlockSize..];
            if (!TarNumber.TryRead(block.Slice(TarHeader.SizeOffset, TarHeader.SizeLength), out var size) || !HasContent(TarHeader.TypeFlag(block)))
                continue;
            if (size < 0 || size > tar.Length)
                return;
            var content = tar[..(int)size];
            if (!nested && content.Length >= TarHeader.BlockSize && content[MagicOffset..].StartsWith("ustar"u8))
                Seal(content, nested: true);
            var blocks = (content.Length + TarHeader.BlockSize - 1) / TarHeader.BlockSize;
            tar = tar[Math.Min(blocks * TarHeader.BlockSize, tar.Length)..];
        }
    }

    private static bool HasContent(byte type) =>
        type is 0 or (byte)'0' or TarHeader.PaxHeader or TarHeader.PaxGlobalHeader or TarHeader.GnuLongName or TarHeader.GnuLongLink or (byte)'S';

    private static void SealBlock(Span<byte> block)
    {
        var field = block.Slice(ChecksumOffset, ChecksumLength);
        field.Fill((byte)' ');
        var sum = 0;
        foreach (var octet in block)
            sum += octet;
        TarNumber.Write(field[..^1], sum);
    }
}
