using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

/// <summary>What GNU tar and bsdtar write in each of their formats is unpacked as GNU tar unpacks it.</summary>
public sealed class TarFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tar --format=v7", "seconds short files")]
    [InlineData("tar --format=oldgnu", "seconds")]
    [InlineData("tar --format=gnu", "seconds")]
    [InlineData("tar --format=ustar", "seconds short")]
    [InlineData("tar --format=posix", "")]
    [InlineData("tar --format=posix --xattrs", "")]
    [InlineData("bsdtar --format=ustar", "seconds short")]
    [InlineData("bsdtar --format=pax", "")]
    [InlineData("bsdtar --format=gnutar", "seconds")]
    public void A_tree_comes_out_of_each_format_as_GNU_tar_unpacks_it(string tar, string limits)
    {
        _folder.Shell(
            """
            mkdir -p tree/folder/deep; cd tree
            echo content > file; chmod 640 file; ln file folder/hard; ln -s ../file folder/link; mkfifo -m 600 pipe
            chmod 2750 folder; chmod 1777 folder/deep; : > empty; head -c 70000 /dev/urandom > large; printf x > $'na\nme'
            """);
        // What a format has no room for is left out of its tree.
        if (!limits.Contains("short", StringComparison.Ordinal))
            _folder.Shell("cd tree; long=$(printf 'n%.0s' $(seq 200)); mkdir -p $long/$long; echo far > $long/$long/file; ln -s $long/$long/$long long; ln $long/$long/file $long/hard; printf ö > ä");
        if (limits.Contains("files", StringComparison.Ordinal))
            _folder.Shell("rm tree/pipe");
        _folder.Shell(limits.Contains("seconds", StringComparison.Ordinal)
            ? "cd tree; find . -depth -exec touch -h -d '2001-02-03 04:05:06' {} +"
            : "cd tree; find . -depth -exec touch -h -d '2001-02-03 04:05:06.123456789' {} +");
        _folder.Shell($"{tar} -C tree -cf packed .; mkdir theirs; tar --same-permissions -C theirs -xf packed");
        using (var packed = File.OpenRead(_folder["packed"]))
            TreeArchive.Extract(packed, _folder.Make("ours"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(_folder.Listing("tree"), _folder.Listing("ours"));
        // Not its folders' times: GNU tar sets them too early when folders come in another order than it writes them itself.
        _folder.Shell("diff -r --no-dereference --exclude=pipe theirs ours");
    }

    [Theory]
    [InlineData("gnu", "1901-12-13 20:45:51 UTC")]
    [InlineData("gnu", "1969-12-31 23:59:59 UTC")]
    [InlineData("gnu", "2400-01-01 00:00:00 UTC")]
    [InlineData("posix", "1969-12-31 23:59:59.25 UTC")]
    [InlineData("posix", "1960-01-01 00:00:00.999999999 UTC")]
    [InlineData("posix", "2400-01-01 00:00:00.000000001 UTC")]
    public void Times_before_1970_and_far_ahead_are_kept(string format, string time)
    {
        _folder.Shell($"mkdir tree; echo x > tree/file; touch -d '{time}' tree/file; tar --format={format} -C tree -cf packed file; mkdir theirs; tar -C theirs -xf packed");
        using (var packed = File.OpenRead(_folder["packed"]))
            TreeArchive.Extract(packed, _folder.Make("ours"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(_folder.Listing("theirs"), _folder.Listing("ours"));
    }

    [Fact]
    public void A_contiguous_file_is_a_file_as_to_GNU_tar()
    {
        File.WriteAllBytes(_folder["packed"], new HandmadeTar().Entry("file", '7', "content"u8.ToArray()).File("next", "x").Finish());
        _folder.Shell("mkdir theirs; tar -C theirs -xf packed 2> /dev/null");
        using (var packed = File.OpenRead(_folder["packed"]))
            TreeArchive.Extract(packed, _folder.Make("ours"), cancellationToken: TestContext.Current.CancellationToken);
        _folder.Shell("diff -r theirs ours; grep -q content ours/file");
    }

    // PAX's size as well as GNU's base 256, of a file that is larger than eleven octal digits can say. All of it is a hole, so nothing is written.
    [Theory]
    [InlineData("gnu")]
    [InlineData("posix")]
    public void A_file_of_more_than_8_GiB_is_read(string format)
    {
        _folder.Shell($"truncate -s 9G huge; tar --sparse --format={format} -cf packed huge");
        using (var packed = File.OpenRead(_folder["packed"]))
            TreeArchive.Extract(packed, _folder.Make("ours"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(9L << 30, new FileInfo(_folder["ours/huge"]).Length);
        Assert.Equal("0", _folder.Shell("stat -c %b ours/huge").Trim());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(700)]
    [InlineData(10_000)]
    public void What_follows_the_end_of_a_plain_archive_does_not_matter_and_its_end_must_be_there(int garbage)
    {
        var tar = new HandmadeTar().File("file", "x");
        File.WriteAllBytes(_folder["packed"], [.. tar.Finish(), .. Enumerable.Repeat((byte)0x55, garbage)]);
        using (var packed = File.OpenRead(_folder["packed"]))
            TreeArchive.Extract(packed, _folder.Make("ours"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Single(Directory.GetFiles(_folder["ours"]));
        var refusal = Assert.Throws<ArchiveRefusedException>(() => TreeArchive.Extract(new MemoryStream(tar.Unfinished()), _folder.Make("cut")));
        Assert.Equal(ArchiveRefusal.Truncated, refusal.Reason);
    }
}
