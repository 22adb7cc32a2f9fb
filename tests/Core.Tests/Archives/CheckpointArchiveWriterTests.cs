using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class CheckpointArchiveWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GNU_tar_unpacks_what_was_written_in_place()
    {
        _folder.Shell("mkdir -p images/sub tree; head -c 200000 /dev/urandom > images/pages-1.img; touch images/sub/empty; echo x > tree/f; ln -s f tree/l");
        long length;
        using (var output = _folder.Open().CreateFile(RelativePath.Parse("archive")))
        using (var writer = new CheckpointArchiveWriter(output))
        {
            writer.AddBytes("config.dump", """{"runtime":"crun"}"""u8);
            writer.AddBytes("spec.dump", "{}"u8);
            using (var nested = writer.BeginNested("volumes/data.tar"))
            {
                Assert.Throws<InvalidOperationException>(() => writer.AddBytes("in between", []));
                TreeArchive.Write(_folder.Open("tree"), nested);
            }

            using (writer.BeginNested("empty"))
            {
            }

            writer.AddTree("checkpoint", _folder.Open("images"));
            length = writer.Complete();
        }

        Assert.Equal(new FileInfo(_folder["archive"]).Length, length);
        _folder.Shell("mkdir out; tar -C out -xf archive; diff -r images out/checkpoint; mkdir v; tar -C v -xf out/volumes/data.tar; diff -r --no-dereference tree v; test ! -s out/empty");
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        Assert.Equal("crun", archive.ReadRuntimeName(TestContext.Current.CancellationToken));
        Assert.Equal(["data"], archive.Inspect(TestContext.Current.CancellationToken).Volumes);
        Assert.Equal("600", _folder.Shell("stat -c %a out/config.dump").Trim());
    }

    [Fact]
    public void What_is_written_back_early_is_not_left_for_the_end()
    {
        const int Size = 96 << 20;
        _folder.Write(
            "dirty.c",
            """
            #include <fcntl.h>
            #include <stdint.h>
            #include <stdio.h>
            #include <unistd.h>
            /* cachestat(2), of Linux 6.5: the pages that wait for being written, in bytes. */
            int main(int count, char **arguments) {
                struct { uint64_t offset, length; } range = { 0, 0 };
                struct { uint64_t cached, dirty, writeback, evicted, recently_evicted; } pages;
                if (syscall(451, open(arguments[1], O_RDONLY), &range, &pages, 0)) { perror("cachestat"); return 1; }
                printf("%llu\n", (unsigned long long)pages.dirty * getpagesize());
            }
            """);
        _folder.Shell($"gcc -o dirty dirty.c; head -c {Size} /dev/urandom > pages-1.img");

        using var output = _folder.Open().CreateFile(RelativePath.Parse("archive"));
        using var writer = new CheckpointArchiveWriter(output) { WritesBack = true };
        using (var pages = _folder.Open().OpenFileNoFollow(RelativePath.Parse("pages-1.img")))
            writer.AddFile("checkpoint/pages-1.img", pages, TestContext.Current.CancellationToken);
        writer.Complete();

        Assert.InRange(long.Parse(_folder.Shell("./dirty archive"), System.Globalization.CultureInfo.InvariantCulture), 0, Size / 8);
        _folder.Shell("tar -xf archive; cmp pages-1.img checkpoint/pages-1.img");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_digest_that_is_taken_meanwhile_is_the_files(bool fromTheStart)
    {
        // Larger than what is copied at once; sparse; small; and one whose length is known late, before and after the digest was started.
        _folder.Shell("mkdir images; head -c 20000001 /dev/urandom > images/pages-1.img; truncate -s 50M images/sparse; echo x >> images/sparse; echo x > images/small");
        string? digest;
        using (var output = _folder.Open().CreateFile(RelativePath.Parse("archive")))
        using (var writer = new CheckpointArchiveWriter(output))
        {
            if (fromTheStart)
                writer.StartDigest();
            writer.AddBytes("config.dump", "{}"u8);
            using (var nested = writer.BeginNested("rootfs-diff.tar"))
                nested.Write(new byte[700_000]);
            writer.StartDigest();
            writer.AddTree("checkpoint", _folder.Open("images"), TestContext.Current.CancellationToken);
            using (var nested = writer.BeginNested("volumes/data.tar"))
                nested.Write(new byte[1024]);
            Assert.Null(writer.Digest);
            writer.Complete();
            digest = writer.Digest;
        }

        Assert.Equal($"sha256:{_folder.Shell("sha256sum < archive").Split(' ')[0]}", digest);
        _folder.Shell("mkdir out; tar -C out -xf archive; diff -r images out/checkpoint");
    }

    [Fact]
    public void A_writer_that_is_given_up_leaves_its_file_alone()
    {
        _folder.Shell("mkdir images; head -c 30000000 /dev/urandom > images/pages-1.img");
        using (var output = _folder.Open().CreateFile(RelativePath.Parse("archive")))
        {
            using (var writer = new CheckpointArchiveWriter(output))
            {
                writer.StartDigest();
                writer.AddTree("checkpoint", _folder.Open("images"), TestContext.Current.CancellationToken);
            }

            RandomAccess.SetLength(output, 0);
        }

        Assert.Equal(0, new FileInfo(_folder["archive"]).Length);
    }

    [Fact]
    public void Another_archive_ends_one_and_readers_see_the_entries_of_both()
    {
        _folder.Shell("mkdir checkpoint; echo image > checkpoint/inventory.img; echo '{\"runtime\":\"runc\"}' > config.dump; tar -cf other checkpoint config.dump");
        using (var output = _folder.Open().CreateFile(RelativePath.Parse("archive")))
        using (var writer = new CheckpointArchiveWriter(output))
        using (var other = _folder.Open().OpenFile(RelativePath.Parse("other")))
        {
            using (var nested = writer.BeginNested("volumes/data.tar"))
                nested.Write(new byte[1024]);
            Assert.Equal(RandomAccess.GetLength(other) + 512 + 1024, writer.CompleteWith(other, TestContext.Current.CancellationToken));
        }

        Assert.Equal("volumes/data.tar\ncheckpoint/\ncheckpoint/inventory.img\nconfig.dump\n", _folder.Shell("tar -tf archive"));
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        Assert.Equal("runc", archive.ReadRuntimeName(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void An_archive_that_was_not_completed_is_refused()
    {
        using (var output = _folder.Open().CreateFile(RelativePath.Parse("archive")))
        using (var writer = new CheckpointArchiveWriter(output))
        {
            using var nested = writer.BeginNested("x");
            nested.Write(new byte[1_000_000]);
        }

        using var archive = CheckpointArchive.Open(_folder["archive"]);
        Assert.Equal(ArchiveRefusal.Truncated, Assert.Throws<ArchiveRefusedException>(() => archive.ReadRuntimeName()).Reason);
    }

    [Fact]
    public void A_file_with_content_is_not_written_over()
    {
        _folder.Write("old", "x");
        using var file = _folder.Open().OpenFile(RelativePath.Parse("old"), FileAccess.ReadWrite);
        Assert.Throws<ArgumentException>(() => new CheckpointArchiveWriter(file));
    }
}
