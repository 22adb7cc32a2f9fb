using System.IO.Compression;
using ICSharpCode.SharpZipLib.BZip2;
using ZstdSharp;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Packs what a case has made.</summary>
internal static class Compression
{
    internal static byte[] Gzip(byte[] content) => Pack(content, static output => new GZipStream(output, CompressionLevel.SmallestSize, leaveOpen: true));

    internal static byte[] Zstandard(byte[] content) => Pack(content, static output =>
    {
        var packer = new CompressionStream(output, 3, leaveOpen: true);
        packer.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return packer;
    });

    internal static byte[] Bzip2(byte[] content) => Pack(content, static output => new BZip2OutputStream(output) { IsStreamOwner = false });

    private static byte[] Pack(byte[] content, Func<Stream, Stream> compress)
    {
        using var output = new MemoryStream();
        using (var packer = compress(output))
            packer.Write(content);
        return output.ToArray();
    }
}
