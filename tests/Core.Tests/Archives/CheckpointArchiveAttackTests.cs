using System.IO.Compression;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class CheckpointArchiveAttackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, ArchiveRefusal, HandmadeTar> Attacks => new()
    {
        { "name climbs", ArchiveRefusal.PathTraversal, new HandmadeTar().File("../outside/x", "evil") },
        { "name climbs later", ArchiveRefusal.PathTraversal, new HandmadeTar().File("a/../../outside/x", "evil") },
        { "configuration by detour", ArchiveRefusal.PathTraversal, new HandmadeTar().File("x/../config.dump", "{}") },
        { "absolute name", ArchiveRefusal.AbsolutePath, new HandmadeTar().File("/config.dump", "{}") },
        { "empty name", ArchiveRefusal.InvalidName, new HandmadeTar().File("", "x") },
        { "file as the folder itself", ArchiveRefusal.InvalidName, new HandmadeTar().File("./", "x") },
        { "NUL in a PAX name", ArchiveRefusal.InvalidName, new HandmadeTar().Pax("path=a\0b").File("a") },
        { "long name", ArchiveRefusal.NameTooLong, new HandmadeTar().Pax("path=" + new string('a', 5000)).File("a") },
        { "long component", ArchiveRefusal.NameTooLong, new HandmadeTar().Pax("path=" + new string('a', 300)).File("a") },
        { "deep tree", ArchiveRefusal.TooDeep, new HandmadeTar().Pax("path=" + string.Concat(Enumerable.Repeat("d/", 300)) + "f").File("a") },
        { "absolute link", ArchiveRefusal.EscapingSymbolicLink, new HandmadeTar().Symlink("l", "/etc") },
        { "climbing link", ArchiveRefusal.EscapingSymbolicLink, new HandmadeTar().Symlink("l", "../outside") },
        { "link over a link", ArchiveRefusal.EscapingSymbolicLink, new HandmadeTar().Folder("d").Symlink("d/x", "..").Symlink("y", "d/x/../outside") },
        { "write through a link", ArchiveRefusal.LinkInPath, new HandmadeTar().Folder("d").Symlink("l", "d").File("l/x", "evil") },
        { "folder through a link", ArchiveRefusal.LinkInPath, new HandmadeTar().Folder("d").Symlink("l", "d").File("l/m/n/x", "evil") },
        { "file as a folder", ArchiveRefusal.LinkInPath, new HandmadeTar().File("f").File("f/x", "evil") },
        { "hard link outside", ArchiveRefusal.EscapingHardLink, new HandmadeTar().Hardlink("h", "../outside/secret") },
        { "absolute hard link", ArchiveRefusal.EscapingHardLink, new HandmadeTar().Hardlink("h", "/etc/passwd") },
        { "hard link to nothing yet", ArchiveRefusal.EscapingHardLink, new HandmadeTar().Hardlink("h", "later").File("later") },
        { "hard link to itself", ArchiveRefusal.EscapingHardLink, new HandmadeTar().Hardlink("./h", "h") },
        { "hard link to a folder", ArchiveRefusal.EscapingHardLink, new HandmadeTar().Folder("d").Hardlink("h", "d") },
        { "two configurations", ArchiveRefusal.DuplicateEntry, new HandmadeTar().File("config.dump", "{}").File("./config.dump", "{}") },
        { "two images", ArchiveRefusal.DuplicateEntry, new HandmadeTar().File("checkpoint/core-1.img", "a").File("checkpoint//core-1.img", "b") },
        { "folder as configuration", ArchiveRefusal.UnexpectedType, new HandmadeTar().Folder("config.dump") },
        { "link as configuration", ArchiveRefusal.UnexpectedType, new HandmadeTar().Symlink("config.dump", "x") },
        { "FIFO as specification", ArchiveRefusal.UnexpectedType, new HandmadeTar().Fifo("spec.dump") },
        { "link as diff", ArchiveRefusal.UnexpectedType, new HandmadeTar().Symlink("rootfs-diff.tar", "x") },
        { "hard link as log", ArchiveRefusal.UnexpectedType, new HandmadeTar().File("x").Hardlink("container.log", "x") },
        { "file as images", ArchiveRefusal.UnexpectedType, new HandmadeTar().File("checkpoint") },
        { "FIFO", ArchiveRefusal.UnexpectedType, new HandmadeTar().Fifo("pipe") },
        { "device", ArchiveRefusal.Device, new HandmadeTar().Device("mem", 1, 1) },
        { "block device", ArchiveRefusal.Device, new HandmadeTar().Device("sda", 8, 0, '4') },
        { "unknown type", ArchiveRefusal.UnsupportedEntry, new HandmadeTar().Entry("s", 'Z', []) },
        { "global header renames", ArchiveRefusal.UnsupportedEntry, new HandmadeTar().Entry("g", 'g', "10 path=x\n"u8.ToArray()).File("a") },
        { "negative size", ArchiveRefusal.InvalidNumber, new HandmadeTar().Entry("n", '0', [], size: new string((char)0xff, 12)) },
        { "size no number", ArchiveRefusal.InvalidNumber, new HandmadeTar().Entry("n", '0', [], size: "12345678xyz\0") },
        { "huge size", ArchiveRefusal.EntryTooLarge, new HandmadeTar().Entry("n", '0', [], size: "\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff") },
        { "negative size by PAX", ArchiveRefusal.InvalidNumber, new HandmadeTar().Pax("size=-1").File("n") },
        { "owner that means none", ArchiveRefusal.InvalidNumber, new HandmadeTar().Pax("uid=4294967295").File("n") },
        { "damaged PAX", ArchiveRefusal.InvalidHeader, new HandmadeTar().Entry("x", 'x', "99 path=a\n"u8.ToArray()).File("n") },
        { "endless header", ArchiveRefusal.ExtendedHeaderTooLarge, new HandmadeTar().Entry("x", 'x', [], size: "77777777777\0") },
        { "size lie", ArchiveRefusal.Truncated, new HandmadeTar().Pax("size=100000").File("n", "short") },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Attacks), DisableDiscoveryEnumeration = true)]
    public void An_attack_is_refused_and_leaves_nothing(string attack, ArchiveRefusal reason, HandmadeTar tar)
    {
        _folder.Write("outside/secret", "secret");
        File.WriteAllBytes(_folder["archive"], tar.Finish());
        using var destination = _folder.Make("out");
        _folder.Write("out/config.json", "before");
        using var archive = CheckpointArchive.Open(_folder["archive"]);

        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(destination));

        Assert.True(reason == refusal.Reason, $"{attack}: {refusal.Message}");
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.True(refusal.Index >= 0);
        Assert.Equal("config.json 1 secret", _folder.Shell("echo $(ls -A out) $(ls outside | wc -l) $(cat outside/secret)").Trim());
    }

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
