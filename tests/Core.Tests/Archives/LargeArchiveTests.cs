using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

/// <summary>Archives that are large enough to be unpacked by several threads.</summary>
public sealed class LargeArchiveTests : IDisposable
{
    // Three files that are worth a thread, small ones between them, and one that is not a multiple of anything.
    private const string Make =
        """
        mkdir -p in/checkpoint
        head -c 5000000 /dev/urandom > in/checkpoint/pages-1.img
        echo small > in/checkpoint/core-1.img
        { head -c 3000000 /dev/urandom; head -c 6000000 /dev/zero; seq 200000; } > in/checkpoint/pages-2.img
        echo {} > in/config.dump; echo {} > in/spec.dump
        head -c 4200001 /dev/urandom > in/checkpoint/pages-3.img
        chmod 640 in/checkpoint/pages-2.img
        touch -d 2020-02-02 in/checkpoint/pages-*.img
        tar --sort=name -C in -cf a.tar .
        """;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cat")]
    [InlineData("gzip -c")]
    [InlineData("zstd -qc")]
    public void Files_have_their_content_and_their_modes_whichever_thread_wrote_them(string compressor)
    {
        _folder.Shell($"{Make}; {compressor} < a.tar > packed; rm in/config.dump in/spec.dump");
        using var archive = CheckpointArchive.Open(_folder["packed"]);
        using var destination = _folder.Make("out");
        var imported = archive.ImportWithoutConfigAndHash(destination, Cancellation);
        Assert.Equal(5, imported.Entries);
        Assert.Equal($"sha256:{_folder.Shell("sha256sum < packed")[..64]}", imported.Digest);
        _folder.Shell("diff -r in out");
        Assert.Equal("640\n", _folder.Shell("stat -c %a out/checkpoint/pages-2.img"));
        using var again = _folder.Make("again");
        Assert.Equal(new ImportResult(imported.Entries, imported.Bytes), archive.ImportWithoutConfig(again, Cancellation));
        _folder.Shell("diff -r in again");
    }

    [Fact]
    public void Files_are_copied_between_file_systems_too()
    {
        // Between these two the kernel does not copy: they are read and written.
        var shared = Directory.CreateDirectory($"/dev/shm/{Path.GetFileName(_folder.Path)}");
        try
        {
            _folder.Shell($"{Make}; mv a.tar {shared.FullName}; rm in/config.dump in/spec.dump");
            using var archive = CheckpointArchive.Open(Path.Combine(shared.FullName, "a.tar"));
            using var destination = _folder.Make("out");
            archive.ImportWithoutConfig(destination, Cancellation);
            _folder.Shell("diff -r in out");
        }
        finally
        {
            shared.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(4_300_000)]
    [InlineData(9_000_000)]
    public void A_large_archive_that_ends_too_early_is_refused_and_leaves_nothing(int missing)
    {
        _folder.Shell($"{Make}; head -c -{missing} a.tar > short.tar");
        using var archive = CheckpointArchive.Open(_folder["short.tar"]);
        using var destination = _folder.Make("out");
        Assert.Equal(ArchiveRefusal.Truncated, Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(destination, Cancellation)).Reason);
        Assert.Equal("", _folder.Shell("ls -A out"));
    }

    [Theory]
    [InlineData("gzip -c")]
    [InlineData("zstd -qc --check")]
    public void Damage_far_in_a_packed_archive_is_refused_and_leaves_nothing(string compressor)
    {
        _folder.Shell($"{Make}; {compressor} < a.tar > packed");
        var packed = File.ReadAllBytes(_folder["packed"]);
        packed[^2_000_000] ^= 0x55;
        packed[^1_999_999] ^= 0x55;
        File.WriteAllBytes(_folder["packed"], packed);
        using var archive = CheckpointArchive.Open(_folder["packed"]);
        using var destination = _folder.Make("out");
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfigAndHash(destination, Cancellation));
        Assert.Equal(ArchiveRefusal.InvalidCompression, refusal.Reason);
        Assert.Equal("", _folder.Shell("ls -A out"));
    }

    [Fact]
    public void A_refusal_behind_files_that_are_being_copied_leaves_nothing()
    {
        _folder.Shell(Make);
        using var archive = CheckpointArchive.Open(_folder["a.tar"], ArchiveLimits.Default with { MaxEntryBytes = 6_000_000 });
        using var destination = _folder.Make("out");
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(destination, Cancellation));
        Assert.Equal((ArchiveRefusal.EntryTooLarge, "./checkpoint/pages-2.img"), (refusal.Reason, refusal.Entry));
        Assert.Equal("", _folder.Shell("ls -A out"));
    }

    [Fact]
    public void An_import_that_is_ended_leaves_nothing()
    {
        _folder.Shell(Make);
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        using var archive = CheckpointArchive.Open(_folder["a.tar"]);
        using var destination = _folder.Make("out");
        Assert.ThrowsAny<OperationCanceledException>(() => archive.ImportWithoutConfigAndHash(destination, ended.Token));
        Assert.Equal("", _folder.Shell("ls -A out"));
    }
}
