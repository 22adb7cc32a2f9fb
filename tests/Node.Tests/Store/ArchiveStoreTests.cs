using System.Security.Cryptography;

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
    public void One_altered_byte_is_a_mismatch_and_a_lost_archive_is_missing()
    {
        Write();
        File.WriteAllBytes(_node.On(_store.PathOf(Uid)), [1, 2, 4]);
        Assert.Equal(ArchiveUnusableException.DigestMismatch, Refusal());
        _store.Remove(Uid);
        Assert.Equal(ArchiveUnusableException.Missing, Refusal());
    }

    [Theory]
    [InlineData("../../etc/shadow")]
    [InlineData("")]
    public void What_is_no_UID_names_no_archive(string uid) => Assert.Throws<ArgumentException>(() => _store.Contains(uid));

    private string Refusal() => Assert.Throws<ArchiveUnusableException>(() => _store.OpenVerified(Uid, Digest, CancellationToken.None)).Reason;

    private void Write()
    {
        using PartialArchive archive = _store.Begin(Uid);
        RandomAccess.Write(archive.File, Content, 0);
        archive.Finish();
    }
}
