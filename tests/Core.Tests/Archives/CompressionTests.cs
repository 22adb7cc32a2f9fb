using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class CompressionTests : IDisposable
{
    // Small enough to be damaged everywhere, large enough for several blocks of xz.
    private const string Tree = "mkdir -p tree; head -c 20000 /dev/urandom > tree/a; seq 30000 > tree/b; echo end > tree/c; tar -C tree -cf plain.tar .";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gzip -c")]
    [InlineData("zstd -qc")]
    [InlineData("bzip2 -c")]
    [InlineData("xz -c")]
    public void Compressed_parts_one_after_the_other_are_one_archive(string compressor)
    {
        _folder.Shell($"{Tree}; head -c 50000 plain.tar | {compressor} > packed; tail -c +50001 plain.tar | {compressor} >> packed");
        Extract();
    }

    [Theory]
    [InlineData("xz -c --check=none")]
    [InlineData("xz -c --check=crc32")]
    [InlineData("xz -c --check=crc64")]
    [InlineData("xz -c --check=sha256")]
    [InlineData("xz -c --block-size=10000")]
    [InlineData("xz -c -T2 --block-size=50000")]
    [InlineData("xz -c -9e")]
    [InlineData("xz -c --lzma2=preset=6,lc=0,lp=2,pb=0")]
    [InlineData("zstd -qc --ultra -22")]
    [InlineData("zstd -qc --long=27")]
    [InlineData("zstd -qc --no-check")]
    [InlineData("pzstd -qc -p 2")]
    [InlineData("bzip2 -c1")]
    [InlineData("gzip -c1")]
    public void What_a_compressor_offers_is_read(string compressor)
    {
        _folder.Shell($"{Tree}; {compressor} < plain.tar > packed");
        Extract();
    }

    [Fact]
    public void Padding_between_streams_and_skippable_frames_belong_to_their_formats()
    {
        _folder.Shell($"{Tree}; head -c 50000 plain.tar | xz -c > packed; printf '\\0\\0\\0\\0' >> packed; tail -c +50001 plain.tar | xz -c >> packed; printf '\\0\\0\\0\\0\\0\\0\\0\\0' >> packed");
        Extract();
        _folder.Shell($"rm -r out; printf '\\x53\\x2a\\x4d\\x18\\x03\\0\\0\\0abc' > packed; head -c 50000 plain.tar | zstd -qc >> packed; printf '\\x50\\x2a\\x4d\\x18\\x01\\0\\0\\0x' >> packed; tail -c +50001 plain.tar | zstd -qc >> packed");
        Extract();
    }

    // What follows the packed archive: gzip and bzip2 ignore it, with a warning; zstd and xz end with an error.
    [Theory]
    [InlineData("gzip -c", true)]
    [InlineData("bzip2 -c", true)]
    [InlineData("zstd -qc", false)]
    [InlineData("xz -c", false)]
    public void Garbage_behind_the_packed_archive_is_what_it_is_to_its_program(string compressor, bool isIgnored)
    {
        _folder.Shell($"{Tree}; {compressor} < plain.tar > packed; printf 'garbage of twenty bytes' >> packed");
        if (isIgnored)
            Extract();
        else
            Assert.Equal(ArchiveRefusal.InvalidCompression, Refusal());
    }

    // More follows the end of the tar, as in an archive that was written over a longer one: the last checksum is far from the last entry.
    [Theory]
    [InlineData("gzip -c")]
    [InlineData("zstd -qc --check")]
    [InlineData("bzip2 -c1")]
    [InlineData("xz -c")]
    public void A_checksum_behind_the_end_of_the_tar_is_heeded(string compressor)
    {
        _folder.Shell($"{Tree}; head -c 300000 /dev/urandom >> plain.tar; {compressor} < plain.tar > packed");
        Extract();
        var packed = File.ReadAllBytes(_folder["packed"]);
        packed[^20_000] ^= 1;
        File.WriteAllBytes(_folder["packed"], packed);
        Assert.Equal(ArchiveRefusal.InvalidCompression, Refusal());
    }

    // .NET's gzip takes the end of the file for the end of the data. Behind the tar's end nothing is missing then but a checksum.
    [Theory]
    [InlineData("zstd -qc --check")]
    [InlineData("bzip2 -c1")]
    [InlineData("xz -c")]
    public void A_packed_archive_without_its_end_is_refused(string compressor)
    {
        _folder.Shell($"{Tree}; {compressor} < plain.tar | head -c -3 > packed");
        Assert.Equal(ArchiveRefusal.InvalidCompression, Refusal());
    }

    [Theory]
    [InlineData("gzip -c")]
    [InlineData("zstd -qc --check")]
    [InlineData("bzip2 -c")]
    [InlineData("xz -c --block-size=100000")]
    public void Damage_anywhere_is_refused_or_changes_nothing(string compressor)
    {
        _folder.Shell($"{Tree}; {compressor} < plain.tar > packed");
        Extract();
        var packed = File.ReadAllBytes(_folder["packed"]);
        var random = new Random(4711);
        for (var round = 0; round < 60; round++)
        {
            var damaged = packed.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
                damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            if (round % 3 == 0)
                damaged = damaged[..random.Next(damaged.Length)];
            using var destination = _folder.Make("damaged");
            try
            {
                TreeArchive.Extract(new MemoryStream(damaged), destination, cancellationToken: TestContext.Current.CancellationToken);
                _folder.Shell("diff -r tree damaged");
            }
            catch (ArchiveRefusedException)
            {
                // Any other exception fails the test.
            }

            _folder.Shell("rm -r damaged");
        }
    }

    [Fact]
    public void What_was_packed_twice_is_unpacked_once()
    {
        _folder.Shell($"{Tree}; gzip -c plain.tar | gzip -c > packed");
        Assert.Equal(ArchiveRefusal.InvalidHeader, Refusal());
        _folder.Shell("gzip -c plain.tar | xz -c > packed");
        Assert.Equal(ArchiveRefusal.InvalidHeader, Refusal());
    }

    [Fact]
    public void A_plain_archive_whose_first_name_looks_like_a_compressor_s_magic_is_plain()
    {
        File.WriteAllBytes(_folder["packed"], new HandmadeTar().File("BZh9 is a name", "x").Finish());
        Extract(compare: false);
        Assert.Equal("x", File.ReadAllText(_folder["out/BZh9 is a name"]));
    }

    [Theory]
    [InlineData("zstd -qc --long=27", 64 << 20)]
    [InlineData("zstd -qc --long=27", 1000)]
    [InlineData("xz -c --lzma2=dict=96MiB", 64 << 20)]
    [InlineData("xz -c --lzma2=dict=64KiB", 65535)]
    public void A_decompressor_gets_no_more_memory_than_the_limit(string compressor, long limit)
    {
        // zstd shrinks the window of what it knows to be small, so its length is not told.
        _folder.Shell($"{Tree}; cat plain.tar | {compressor} > packed");
        Assert.Equal(ArchiveRefusal.DecompressorMemory, Refusal(new ArchiveLimits { MaxDecompressorBytes = limit }));
    }

    [Theory]
    [InlineData("zstd -qc --long=31 --ultra -1")]
    [InlineData("xz -c --lzma2=preset=0,dict=1536MiB")]
    public void A_dictionary_beyond_the_default_limit_is_refused_before_it_is_made(string compressor)
    {
        _folder.Shell($"echo x > x; tar -c x | {compressor} > packed");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ArchiveRefusal.DecompressorMemory, Refusal());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16 << 20);
    }

    [Theory]
    [InlineData("gzip -9c")]
    [InlineData("zstd -19qc")]
    [InlineData("bzip2 -9c")]
    [InlineData("xz -9c")]
    public void The_ratio_holds_for_each_compression_also_within_an_archive(string compressor)
    {
        _folder.Shell($"truncate -s 8M zeros; tar -c zeros | {compressor} > rootfs-diff.tar; cp rootfs-diff.tar packed");
        var limits = new ArchiveLimits { CompressionRatioFloor = 1 << 20 };
        Assert.Equal(ArchiveRefusal.CompressionRatio, Refusal(limits));
        _folder.Shell("echo '{}' > config.dump; echo '{}' > spec.dump; tar -cf archive config.dump spec.dump rootfs-diff.tar");
        using var archive = CheckpointArchive.Open(_folder["archive"], limits);
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.Inspect());
        Assert.Equal((ArchiveRefusal.CompressionRatio, "rootfs-diff.tar", 2), (refusal.Reason, refusal.Entry, refusal.Index));
    }

    private void Extract(bool compare = true)
    {
        using var tar = File.OpenRead(_folder["packed"]);
        TreeArchive.Extract(tar, _folder.Make("out"), cancellationToken: TestContext.Current.CancellationToken);
        if (compare)
            _folder.Shell("diff -r tree out");
    }

    private ArchiveRefusal Refusal(ArchiveLimits? limits = null)
    {
        using var tar = File.OpenRead(_folder["packed"]);
        return Assert.Throws<ArchiveRefusedException>(() => TreeArchive.Extract(tar, _folder.Make("refused"), limits)).Reason;
    }
}
