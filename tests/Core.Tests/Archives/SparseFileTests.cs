using System.Text;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class SparseFileTests : IDisposable
{
    // Holes at the start, in the middle and at the end, no data at all, data to the last byte, a map too long for one block, a name too long for the header.
    private const string Tree = """
        mkdir tree; cd tree
        truncate -s 10M empty
        truncate -s 5M middle; printf data | dd of=middle bs=1 seek=2000000 conv=notrunc status=none
        head -c 70000 /dev/urandom > begins; truncate -s 3M begins
        truncate -s 1M ends; printf end >> ends
        printf short > plain; : > nothing
        long=$(printf 'n%.0s' $(seq 120)); mkdir $long; truncate -s 2M $long/$long; printf x >> $long/$long
        truncate -s 40M many; for i in $(seq 0 199); do printf "piece $i" | dd of=many bs=1 seek=$((i * 200000)) conv=notrunc status=none; done
        chmod 640 many; find . -exec touch -d '2001-02-03 04:05:06' {} +
        cd ..
        """;

    private const string List = "find . -type f -printf '%P %s %m %T@\\n' | LC_ALL=C sort";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tar --sparse --format=gnu")]
    [InlineData("tar --sparse --format=posix --sparse-version=0.0")]
    [InlineData("tar --sparse --format=posix --sparse-version=0.1")]
    [InlineData("tar --sparse --format=posix --sparse-version=1.0")]
    [InlineData("tar --sparse --hole-detection=raw --format=gnu")]
    [InlineData("bsdtar --format=pax")]
    public void What_a_tar_packed_sparse_comes_out_as_it_was_with_its_holes(string tar)
    {
        _folder.Shell($"{Tree}\n{tar} -C tree -cf packed .");
        Assert.True(new FileInfo(_folder["packed"]).Length < 4_000_000, "it was not packed sparse");
        foreach (var compressor in new[] { "cat", "gzip -c" })
        {
            _folder.Shell($"rm -rf out; mkdir out; {compressor} packed > archive");
            using (var archive = File.OpenRead(_folder["archive"]))
            using (var destination = _folder.Open("out"))
                TreeArchive.Extract(archive, destination, cancellationToken: TestContext.Current.CancellationToken);
            _folder.Shell("diff -r tree out");
            Assert.Equal(_folder.Shell($"cd tree && {List}"), _folder.Shell($"cd out && {List}"));
            var (before, after) = (Allocated("tree"), Allocated("out"));
            Assert.True(after <= before * 1.2, $"{before} bytes became {after}");
        }
    }

    [Theory]
    [InlineData("tar --sparse --format=gnu")]
    [InlineData("tar --sparse --format=posix --sparse-version=1.0")]
    public void A_diff_in_a_sparse_file_is_read_through_its_holes(string tar)
    {
        // The second file's content is a hole of the outer archive's file.
        _folder.Shell("mkdir in; truncate -s 300K in/zeros; echo x > in/last; tar -C in -cf plain.tar zeros last; cp --sparse=always plain.tar rootfs-diff.tar");
        _folder.Shell($"echo '{{}}' > config.dump; echo '{{}}' > spec.dump; {tar} -cf archive config.dump spec.dump rootfs-diff.tar");
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        var summary = archive.Inspect(TestContext.Current.CancellationToken);
        Assert.Equal(2, summary.ChangedFiles);
        Assert.Equal(new FileInfo(_folder["plain.tar"]).Length, summary.RootfsDiffBytes);
        using var destination = _folder.Make("out");
        archive.ImportWithoutConfig(destination, TestContext.Current.CancellationToken);
        _folder.Shell("cmp plain.tar out/rootfs-diff.tar");
    }

    public static TheoryData<string, ArchiveRefusal, HandmadeTar> Faults => new()
    {
        { "old: overlapping", ArchiveRefusal.InvalidSparseMap, Old(2048, [(0, 512), (256, 512)]) },
        { "old: out of order", ArchiveRefusal.InvalidSparseMap, Old(4096, [(2048, 512), (0, 512)]) },
        { "old: past the end", ArchiveRefusal.InvalidSparseMap, Old(512, [(512, 512)]) },
        { "old: end overflows", ArchiveRefusal.InvalidSparseMap, Old(1L << 32, [(1L << 32, (1L << 33) - 1)]) },
        { "old: less data than the map says", ArchiveRefusal.InvalidSparseMap, Old(4096, [(0, 1024)], stored: 512) },
        { "old: more data than the map says", ArchiveRefusal.InvalidSparseMap, Old(4096, [(0, 512)], stored: 1024) },
        { "old: half a region", ArchiveRefusal.InvalidSparseMap, Old(4096, [(0, 512)], patch: header => header[410] = (byte)'1') },
        { "old: goes on after its end", ArchiveRefusal.InvalidSparseMap, Old(4096, [(0, 512)], patch: header => header[482] = 1) },
        { "old: no such size", ArchiveRefusal.InvalidNumber, Old(4096, [(0, 512)], patch: header => header[483] = (byte)'x') },
        { "old: negative size", ArchiveRefusal.InvalidNumber, Old(4096, [(0, 512)], patch: header => header[483] = 0xff) },
        { "old: negative offset", ArchiveRefusal.InvalidNumber, Old(4096, [(0, 512)], patch: header => header[386] = 0xff) },
        { "old: POSIX header", ArchiveRefusal.InvalidHeader, Old(4096, [(0, 512)], patch: header => "ustar\000"u8.CopyTo(header.AsSpan(257))) },
        { "old: larger than a file may be", ArchiveRefusal.EntryTooLarge, Old(1L << 35, []) },
        { "old: with PAX records", ArchiveRefusal.InvalidSparseMap, Old(512, [(0, 512)], new HandmadeTar().Pax("GNU.sparse.size=512")) },
        { "0.0: no map", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10").File("s") },
        { "0.0: offset without length", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10", "GNU.sparse.offset=1").File("s") },
        { "0.0: two offsets", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10", "GNU.sparse.offset=1", "GNU.sparse.offset=1").File("s") },
        { "0.0: length first", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10", "GNU.sparse.numbytes=1").File("s") },
        { "0.1: size missing", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.map=0,0").File("s") },
        { "0.1: two sizes", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=1", "GNU.sparse.size=2", "GNU.sparse.map=0,0").File("s") },
        { "0.1: odd map", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10", "GNU.sparse.map=0,0,1").File("s") },
        { "0.1: no numbers", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10", "GNU.sparse.map=a,b").File("s") },
        { "0.1: empty number", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10", "GNU.sparse.map=0,,0,0").File("s") },
        { "0.1: negative", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10", "GNU.sparse.map=-1,1").File("s", "x") },
        { "0.1: other number of regions", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10", "GNU.sparse.numblocks=2", "GNU.sparse.map=0,1").File("s", "x") },
        { "0.1: filled by one tar and not by the other", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=10", "GNU.sparse.map=0,1,2,1").File("s", "xy") },
        { "0.1: sum overflows", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax($"GNU.sparse.size={long.MaxValue}", $"GNU.sparse.map=1,{long.MaxValue}").File("s") },
        { "1.0: no data", ArchiveRefusal.InvalidSparseMap, One().File("s") },
        { "1.0: map ends early", ArchiveRefusal.InvalidSparseMap, One().File("s", Block("3\n0\n1\n") + "x") },
        { "1.0: no number", ArchiveRefusal.InvalidSparseMap, One().File("s", Block("x\n")) },
        { "1.0: endless number", ArchiveRefusal.InvalidSparseMap, One().File("s", new string('1', 512)) },
        { "1.0: overflowing number", ArchiveRefusal.InvalidSparseMap, One().File("s", Block("1\n9999999999999999999\n0\n")) },
        { "1.0: more regions than are read", ArchiveRefusal.InvalidSparseMap, One().File("s", Block("2000000\n0\n1\n")) },
        { "1.0: unordered", ArchiveRefusal.InvalidSparseMap, One().File("s", Block("2\n5\n0\n1\n1\n") + "x") },
        { "1.0: truncated", ArchiveRefusal.Truncated, new HandmadeTar().Pax("size=100512", "GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=100000").File("s", Block("1\n0\n100000\n")) },
        { "1.0: climbing name", ArchiveRefusal.PathTraversal, new HandmadeTar().Pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=../x", "GNU.sparse.realsize=9").File("s", Block("0\n")) },
        { "unknown version", ArchiveRefusal.UnsupportedEntry, new HandmadeTar().Pax("GNU.sparse.major=2", "GNU.sparse.minor=0", "GNU.sparse.realsize=9").File("s") },
        { "sparse folder", ArchiveRefusal.InvalidSparseMap, new HandmadeTar().Pax("GNU.sparse.size=0", "GNU.sparse.map=0,0").Folder("s") },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_map_that_cannot_be_is_refused_and_leaves_nothing(string fault, ArchiveRefusal reason, HandmadeTar tar)
    {
        File.WriteAllBytes(_folder["archive"], tar.File("more", "x").Finish());
        using var archive = CheckpointArchive.Open(_folder["archive"], new ArchiveLimits { MaxEntryBytes = 1L << 34 });
        using var destination = _folder.Make("out");
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(destination));
        Assert.True(reason == refusal.Reason, $"{fault}: {refusal.Message}");
        Assert.Equal(0, refusal.Index);
        Assert.Empty(destination.List());
    }

    [Fact]
    public void Budgets_count_a_sparse_file_as_large_as_it_will_be()
    {
        var tar = new HandmadeTar().Pax("GNU.sparse.size=1000000", "GNU.sparse.map=0,1").File("s", "x").Finish();
        Assert.Equal(ArchiveRefusal.EntryTooLarge, Refusal(new ArchiveLimits { MaxEntryBytes = 999_999 }));
        Assert.Equal(ArchiveRefusal.ArchiveTooLarge, Refusal(new ArchiveLimits { MaxTotalBytes = 999_999 }));
        TreeArchive.Extract(new MemoryStream(tar), _folder.Make("fits"), new ArchiveLimits { MaxTotalBytes = 1_000_000 }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1_000_000, new FileInfo(_folder["fits/s"]).Length);

        ArchiveRefusal Refusal(ArchiveLimits limits) =>
            Assert.Throws<ArchiveRefusedException>(() => TreeArchive.Extract(new MemoryStream(tar), _folder.Make("out"), limits)).Reason;
    }

    [Fact]
    public void An_archive_that_ends_within_the_map_is_truncated()
    {
        var tar = Old(1L << 20, [(0, 512), (1024, 512), (2048, 512), (4096, 512)], stored: 0, patch: header => header[482] = 1).Unfinished();
        var refusal = Assert.Throws<ArchiveRefusedException>(() => TreeArchive.Extract(new MemoryStream(tar), _folder.Make("out")));
        Assert.Equal(ArchiveRefusal.Truncated, refusal.Reason);
    }

    private long Allocated(string tree) => long.Parse(_folder.Shell($"find {tree} -type f -printf '%b\\n' | awk '{{ n += $1 }} END {{ print n * 512 }}'"), null);

    private static HandmadeTar One() => new HandmadeTar().Pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=9");

    private static string Block(string map) => map.PadRight(512, '\0');

    private static HandmadeTar Old(
        long size, (long Offset, long Length)[] regions, HandmadeTar? before = null, long? stored = null, Action<byte[]>? patch = null)
    {
        var header = new byte[512];
        "s"u8.CopyTo(header);
        var data = new byte[stored ?? Math.Min(regions.Sum(region => region.Length), 4096)];
        Put(124, stored ?? regions.Sum(region => region.Length));
        header[156] = (byte)'S';
        "ustar  \0"u8.CopyTo(header.AsSpan(257));
        for (var i = 0; i < regions.Length; i++)
        {
            Put(386 + (24 * i), regions[i].Offset);
            Put(398 + (24 * i), regions[i].Length);
        }

        Put(483, size);
        patch?.Invoke(header);
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(octet => octet), 8).PadLeft(6, '0') + "\0").CopyTo(header, 148);
        return (before ?? new HandmadeTar()).Raw(header).Raw(data).Raw(new byte[(512 - (data.Length % 512)) % 512]);

        void Put(int offset, long value) => Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(11, '0')).CopyTo(header, offset);
    }
}
