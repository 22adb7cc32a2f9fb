using System.Security.Cryptography;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Node.Tests.Store;

public sealed class ArchiveStoreTests : IDisposable
{
    private const string Uid = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
    private static readonly byte[] Content = [1, 2, 3];
    private static readonly string Digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Content))}";

    private readonly TemporaryNode _node = new();
    private readonly ArchiveStore _store;

    public ArchiveStoreTests() => _store = new ArchiveStore(_node.Root, _node.Options);

    public void Dispose() => _node.Dispose();

    [Fact]
    public void An_archive_has_its_final_name_only_when_it_is_whole()
    {
        using (PartialArchive archive = _store.Begin(Uid))
        {
            RandomAccess.Write(archive.File, Content, 0);
            Assert.False(_store.Contains(Uid));
            archive.Finish();
        }
        Assert.True(_store.Contains(Uid));
        Assert.Equal(Content, File.ReadAllBytes(_node.On(_store.PathOf(Uid))));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_node.On(_store.PathOf(Uid))));
    }

    [Fact]
    public void An_archive_that_is_never_whole_leaves_nothing()
    {
        using (PartialArchive archive = _store.Begin(Uid))
            RandomAccess.Write(archive.File, Content, 0);
        Assert.Empty(Directory.GetFileSystemEntries(_node.On(_node.Options.Value.Store)));
    }

    [Fact]
    public void What_a_killed_agent_left_half_written_is_removed_and_only_that()
    {
        Write();
        File.WriteAllText(_node.On($"{_node.Options.Value.Store}/.{Uid}.tar.partial"), "half");
        Assert.Equal(1, _store.RemovePartials());
        Assert.True(_store.Contains(Uid));
        Assert.Equal(new StoreTotals(1, Content.Length), _store.Total());
    }

    [Fact]
    public void A_verified_archive_is_read_by_the_descriptor_that_was_verified()
    {
        Write();
        using SafeFileHandle file = _store.OpenVerified(Uid, Digest, TestContext.Current.CancellationToken);
        // Another file in its place changes nothing any more.
        File.Delete(_node.On(_store.PathOf(Uid)));
        byte[] read = new byte[Content.Length];
        Assert.Equal(read.Length, RandomAccess.Read(file, read, 0));
        Assert.Equal(Content, read);
    }

    [Fact]
    public void An_archive_that_was_altered_is_not_opened()
    {
        Write();
        File.WriteAllBytes(_node.On(_store.PathOf(Uid)), [1, 2, 4]);
        Assert.Equal(ArchiveUnusableException.DigestMismatch, Assert.Throws<ArchiveUnusableException>(() => _store.OpenVerified(Uid, Digest, CancellationToken.None)).Reason);
    }

    [Fact]
    public async Task One_altered_byte_is_a_mismatch_and_a_lost_archive_is_missing()
    {
        string path = _node.On(_store.PathOf(Uid));
        string digest = WriteArchive();
        using RootDirectory folder = Folder();
        await _store.UnpackAsync(Uid, digest, folder, Task.CompletedTask, TestContext.Current.CancellationToken);
        Assert.Equal("images", File.ReadAllText(_node.On("/unpacked/checkpoint/inventory.img")));

        // In the content, so that the archive is one all the same.
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf("images"u8)] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(ArchiveUnusableException.DigestMismatch, await RefusalAsync(digest));
        // In a header, so that it is none any more: told as the alteration that it is.
        bytes[0] = 0;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(ArchiveUnusableException.DigestMismatch, await RefusalAsync(digest));
        _store.Remove(Uid);
        Assert.Equal(ArchiveUnusableException.Missing, await RefusalAsync(digest));
    }

    [Fact]
    public async Task What_nobody_waits_for_is_unpacked_once_its_digest_is_right()
    {
        Task nobody = new TaskCompletionSource().Task;
        string digest = WriteArchive();
        using RootDirectory folder = Folder();
        await Assert.ThrowsAsync<ArchiveUnusableException>(() => _store.UnpackAsync(Uid, Digest, folder, nobody, TestContext.Current.CancellationToken));
        Assert.Empty(folder.List());
        await _store.UnpackAsync(Uid, digest, folder, nobody, TestContext.Current.CancellationToken);
        Assert.Equal("images", File.ReadAllText(_node.On("/unpacked/checkpoint/inventory.img")));
    }

    [Fact]
    public async Task What_was_stored_and_is_no_archive_is_refused()
    {
        Write();
        using RootDirectory folder = Folder();
        await Assert.ThrowsAsync<ArchiveRefusedException>(() => _store.UnpackAsync(Uid, Digest, folder, Task.CompletedTask, TestContext.Current.CancellationToken));
        Assert.Empty(folder.List());
    }

    [Fact]
    public void Inspecting_with_a_digest_at_hand_reads_the_contents_no_more()
    {
        string digest = WriteArchive(64 << 20);
        long hashed = Reads(() => Assert.Equal(digest, _store.Inspect(Uid, null, TestContext.Current.CancellationToken).Digest));
        long passedOver = Reads(() => Assert.Equal(digest, _store.Inspect(Uid, digest, TestContext.Current.CancellationToken).Digest));
        Assert.InRange(hashed, 64 << 20, 80 << 20);
        Assert.InRange(passedOver, 1, 8 << 20);

        // By this thread alone: other tests read meanwhile.
        static long Reads(Action work)
        {
            long before = Read();
            work();
            return Read() - before;

            static long Read() => long.Parse(File.ReadLines("/proc/thread-self/io").First().Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Theory]
    [InlineData("../../etc/shadow")]
    [InlineData("")]
    public void What_is_no_UID_names_no_archive(string uid) => Assert.Throws<ArgumentException>(() => _store.Contains(uid));

    private async Task<string> RefusalAsync(string digest)
    {
        using RootDirectory folder = Folder();
        return (await Assert.ThrowsAsync<ArchiveUnusableException>(() => _store.UnpackAsync(Uid, digest, folder, Task.CompletedTask, CancellationToken.None))).Reason;
    }

    private RootDirectory Folder()
    {
        _node.Root.RemoveTree("/unpacked");
        return _node.Root.MakeDirectory("/unpacked");
    }

    private string WriteArchive(int pages = 0)
    {
        using PartialArchive archive = _store.Begin(Uid);
        using var writer = new CheckpointArchiveWriter(archive.File);
        writer.StartDigest();
        writer.AddBytes("config.dump", "{}"u8);
        writer.AddBytes("spec.dump", "{}"u8);
        writer.AddDirectory("checkpoint");
        writer.AddBytes("checkpoint/inventory.img", "images"u8);
        writer.AddBytes("checkpoint/pages-1.img", new byte[pages]);
        writer.Complete();
        archive.Finish();
        return writer.Digest!;
    }

    private void Write()
    {
        using PartialArchive archive = _store.Begin(Uid);
        RandomAccess.Write(archive.File, Content, 0);
        archive.Finish();
    }
}
