using System.IO.Pipes;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class TarWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("truncate -s 1G f", 0)]
    [InlineData("truncate -s 1G f; printf start | dd of=f conv=notrunc status=none", 8)]
    [InlineData("truncate -s 1G f; printf end | dd of=f conv=notrunc oflag=seek_bytes seek=1073741821 status=none", 8)]
    [InlineData("truncate -s 1G f; for i in 1 9 200; do printf middle$i | dd of=f conv=notrunc bs=1M seek=$i status=none; done; printf tail >> f", 40)]
    [InlineData("truncate -s 20G f; printf far | dd of=f conv=notrunc bs=1G seek=19 status=none", 8)]
    public void Holes_are_written_as_holes_which_every_reader_makes_again(string make, int maxKilobytes)
    {
        const string LongName = "a-name-of-more-than-a-hundred-bytes-which-no-tar-header-has-room-for-so-that-the-record-is-all-that-tells-it-ü";
        _folder.Shell($"mkdir -p tree ours gnu bsd python; cd tree; {make}; mv f {LongName}; chmod 640 {LongName}; echo after > z");
        using (var tar = File.Create(_folder["tree.tar"]))
            TreeArchive.Write(_folder.Open("tree"), tar);
        Assert.InRange(new FileInfo(_folder["tree.tar"]).Length, 0, (maxKilobytes + 12) * 1024L);

        using (var tar = File.OpenRead(_folder["tree.tar"]))
            TreeArchive.Extract(tar, _folder.Open("ours"));
        _folder.Shell("tar -C gnu -xpf tree.tar; bsdtar -C bsd -xpf tree.tar");
        // Compared by its data alone: a hash of all zeros takes minutes.
        var expected = Sparse("tree");
        foreach (var reader in new[] { "ours", "gnu", "bsd" })
            Assert.True(expected == Sparse(reader), $"{reader}: {Sparse(reader)}\nexpected: {expected}");
    }

    [Fact]
    public void A_file_in_very_many_pieces_has_a_map_that_Go_reads()
    {
        _folder.Shell("mkdir tree gnu; python3 -c \"f = open('tree/f', 'wb')\nfor i in range(9000): f.seek(i * 8192); f.write(b'x')\"");
        using (var tar = File.Create(_folder["tree.tar"]))
            TreeArchive.Write(_folder.Open("tree"), tar);
        _folder.Shell("tar -C gnu -xpf tree.tar; cmp tree/f gnu/f");
        using var reader = new TarReader(File.OpenRead(_folder["tree.tar"]), ArchiveLimits.Default);
        reader.Next();
        reader.Next();
        Assert.InRange(reader.Sparse!.Count, 8000, 8192);
    }

    [Fact]
    public void A_converted_diff_has_the_same_holes()
    {
        _folder.Shell("mkdir -p tree dir out; truncate -s 5G tree/f; printf data | dd of=tree/f conv=notrunc bs=1G seek=3 status=none; tar -C tree --format=posix -Scf dir/rootfs-diff.tar .");
        using (var tar = File.Create(_folder["out/rootfs-diff.tar"]))
            RootFsDiff.Convert(_folder.Open("dir"), tar, new DiffOptions());
        Assert.InRange(new FileInfo(_folder["out/rootfs-diff.tar"]).Length, 0, 16 * 1024);
        _folder.Shell("mkdir gnu; tar -C gnu -xpf out/rootfs-diff.tar");
        Assert.Equal(Sparse("tree"), Sparse("gnu"));
    }

    [Fact]
    public void A_file_that_becomes_shorter_while_it_is_read_fails_by_name()
    {
        _folder.Write("dir/log", "twelve bytes");
        using var file = File.OpenHandle(_folder["dir/log"]);
        var entry = new TarEntry { Path = RelativePath.Parse("dir/log"), Type = TarEntryType.Regular, Size = 13 };
        var fault = Assert.Throws<IOException>(() => new TarWriter(new MemoryStream()).WriteFile(entry, file, TestContext.Current.CancellationToken));
        Assert.Contains("dir/log", fault.Message, StringComparison.Ordinal);
        Assert.Contains("shorter", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_grows_while_it_is_read_is_in_the_archive_as_it_was()
    {
        // As a log to which another container of the Pod, which goes on, appends.
        _folder.Write("tree/log", "before\n");
        using var tar = new ActingStream(() => File.AppendAllText(_folder["tree/log"], "after\n"));
        TreeArchive.Write(_folder.Open("tree"), tar);
        File.WriteAllBytes(_folder["tree.tar"], tar.ToArray());
        Assert.Equal("before\n", _folder.Shell("tar -xOf tree.tar log"));
        Assert.Equal("before\nafter\n", File.ReadAllText(_folder["tree/log"])[..13]);
    }

    [Fact]
    public void A_checkpoint_archive_cannot_be_written_into_a_pipe()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var handle = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Contains("seek", Assert.Throws<ArgumentException>(() => new CheckpointArchiveWriter(handle)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_diff_can_be_written_into_a_pipe()
    {
        _folder.Write("upper/f", "content");
        using var tar = new ForwardOnlyStream();
        RootFsDiff.CreateFromUpper(_folder.Open("upper"), tar);
        File.WriteAllBytes(_folder["diff.tar"], tar.ToArray());
        Assert.Equal("content", _folder.Shell("tar -xOf diff.tar f"));
    }

    // Every file's size, mode and time, and its data by 4 KiB pieces that are not zero.
    private string Sparse(string tree) => _folder.Shell(
        $$"""
        cd {{tree}}; stat -c '%n %s %a %Y' *; python3 - <<'PY'
        import os
        for name in sorted(os.listdir('.')):
            f = os.open(name, os.O_RDONLY); at = 0; size = os.fstat(f).st_size
            while at < size:
                try: at = os.lseek(f, at, os.SEEK_DATA)
                except OSError: break
                end = os.lseek(f, at, os.SEEK_HOLE)
                while at < end:
                    piece = os.pread(f, 4096 - at % 4096, at)
                    if piece.strip(b'\0'): print(name, at, piece.strip(b'\0'))
                    at += len(piece)
        PY
        """);

    private sealed class ActingStream(Action act) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            // The header with the size.
            if (buffer.StartsWith("log"u8))
                act();
            base.Write(buffer);
        }
    }

    private sealed class ForwardOnlyStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override long Position
        {
            get => base.Position;
            set => throw new NotSupportedException();
        }

        public override long Seek(long offset, SeekOrigin loc) => throw new NotSupportedException();
    }
}
