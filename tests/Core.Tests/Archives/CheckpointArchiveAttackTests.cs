using System.IO.Compression;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class CheckpointArchiveAttackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_there_before_a_refusal_stays()
    {
        _folder.Write("out/checkpoint/kept", "x");
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("new/a").File("checkpoint/b").File("../x").Finish());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(_folder.Open("out")));
        Assert.Equal("x", File.ReadAllText(_folder["out/checkpoint/kept"]));
        Assert.False(Directory.Exists(_folder["out/new"]));
    }

    [Fact]
    public void A_second_configuration_behind_the_first_is_refused_before_any_is_written()
    {
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("config.dump", "{}").File("spec.dump", "{}").File("./spec.dump", "{}").Finish());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        using var destination = _folder.Make("out");
        Assert.Equal(ArchiveRefusal.DuplicateEntry, Assert.Throws<ArchiveRefusedException>(() => archive.ImportConfig(destination)).Reason);
        Assert.Empty(destination.List());
    }

    [Fact]
    public void Bombs_are_refused_by_their_ratio_number_and_size()
    {
        var zeros = new HandmadeTar().Entry("zeros", '0', new byte[4 << 20]).Finish();
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(zeros);
        Assert.Equal(ArchiveRefusal.CompressionRatio, Refusal(packed.ToArray(), new ArchiveLimits { CompressionRatioFloor = 1 << 20 }));

        var many = new HandmadeTar();
        for (var i = 0; i < 101; i++)
            many.Folder($"d{i}");
        Assert.Equal(ArchiveRefusal.TooManyEntries, Refusal(many.Finish(), new ArchiveLimits { MaxEntries = 100 }));
        Assert.Equal(ArchiveRefusal.EntryTooLarge, Refusal(zeros, new ArchiveLimits { MaxEntryBytes = 1 << 20 }));
        var large = new HandmadeTar().File("a", new string('x', 600)).File("b", new string('x', 600)).Finish();
        Assert.Equal(ArchiveRefusal.ArchiveTooLarge, Refusal(large, new ArchiveLimits { MaxTotalBytes = 1000 }));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public void An_extended_header_above_its_limit_is_not_read(char type)
    {
        var content = System.Text.Encoding.ASCII.GetBytes(type is 'x' or 'g' ? $"1011 comment={new string('c', 997)}\n" : new string('n', 100) + new string('\0', 911));
        var tar = new HandmadeTar().Entry("header", type, content).File("f").Finish();
        Assert.Equal(ArchiveRefusal.ExtendedHeaderTooLarge, Refusal(tar, new ArchiveLimits { MaxExtendedHeaderBytes = 1010 }));
        File.WriteAllBytes(_folder["archive"], tar);
        using var archive = CheckpointArchive.Open(_folder["archive"], new ArchiveLimits { MaxExtendedHeaderBytes = 1011 });
        Assert.Equal(1, archive.ImportWithoutConfig(_folder.Open("out")).Entries);
    }

    [Fact]
    public void A_JSON_file_without_end_is_not_read()
    {
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("config.dump", new string(' ', 2000)).Finish());
        using var archive = CheckpointArchive.Open(_folder["archive"], new ArchiveLimits { MaxJsonBytes = 1000 });
        Assert.Equal(ArchiveRefusal.JsonTooLarge, Assert.Throws<ArchiveRefusedException>(() => archive.ReadRuntimeName()).Reason);
    }

    [Theory]
    [InlineData(new byte[] { 0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [InlineData(new byte[] { 0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [InlineData(new byte[] { 0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 1 })]
    public void Damaged_compression_is_refused(byte[] bytes) =>
        Assert.Equal(ArchiveRefusal.InvalidCompression, Refusal(bytes, ArchiveLimits.Default));

    [Fact]
    public void Damaged_bzip2_is_refused()
    {
        _folder.Shell("head -c 3000 /dev/urandom | bzip2 -c > packed");
        var packed = File.ReadAllBytes(_folder["packed"]);
        packed[200] ^= 0xff;
        var reason = Refusal(packed, ArchiveLimits.Default);
        Assert.True(reason is ArchiveRefusal.InvalidCompression or ArchiveRefusal.InvalidHeader, reason.ToString());
    }

    [Fact]
    public void An_archive_of_two_Pods_is_refused()
    {
        const string Spec = """{"annotations":{"io.kubernetes.cri.sandbox-name":"a","org.criu.checkpoint.pod.name":"b"}}""";
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("config.dump", "{}").File("spec.dump", Spec).Finish());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        Assert.Equal(ArchiveRefusal.ConflictingIdentity, Assert.Throws<ArchiveRefusedException>(() => archive.Inspect()).Reason);
    }

    [Fact]
    public void A_FIFO_in_an_unpacked_file_s_place_is_refused_at_once()
    {
        _folder.Shell("mkdir dir root; mkfifo dir/rootfs-diff.tar dir/deleted.files");
        Assert.Equal(ArchiveRefusal.UnexpectedType, Assert.Throws<ArchiveRefusedException>(() => Core.RootFs.RootFsDiff.Apply(_folder.Open("dir"), _folder.Open("root"))).Reason);
        Assert.Equal(ArchiveRefusal.UnexpectedType, Assert.Throws<ArchiveRefusedException>(() => Core.RootFs.DeletedFiles.Remove(_folder.Open("dir"), _folder.Open("root"))).Reason);
    }

    private ArchiveRefusal Refusal(byte[] bytes, ArchiveLimits limits)
    {
        File.WriteAllBytes(_folder["archive"], bytes);
        using var archive = CheckpointArchive.Open(_folder["archive"], limits);
        using var destination = _folder.Make("out");
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(destination));
        Assert.Empty(destination.List());
        return refusal.Reason;
    }
}
