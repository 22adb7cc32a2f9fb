using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class CompressionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gzip -c")]
    [InlineData("zstd -qc")]
    [InlineData("bzip2 -c")]
    public void Compressed_parts_one_after_the_other_are_one_archive(string compressor)
    {
        _folder.Shell(
            $"""
            mkdir tree; head -c 100000 /dev/urandom > tree/a; echo end > tree/b; tar -C tree -cf plain.tar .
            head -c 50000 plain.tar | {compressor} > packed; tail -c +50001 plain.tar | {compressor} >> packed
            """);
        using var tar = File.OpenRead(_folder["packed"]);
        TreeArchive.Extract(tar, _folder.Make("out"));
        _folder.Shell("diff -r tree out");
    }
}
