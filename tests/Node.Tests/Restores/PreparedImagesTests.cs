using CheckpointOperator.Core.Archives;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Restores;
using CheckpointOperator.NodeAgent.Store;

using k8s.Models;

using Microsoft.Extensions.Logging.Abstractions;

namespace CheckpointOperator.Node.Tests.Restores;

public sealed class PreparedImagesTests : IDisposable
{
    private const string Restore = "1f9619ff-8b86-d011-b42d-00cf4fc964ff";
    private const string Checkpoint = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";

    private readonly TemporaryNode _node = new();
    private readonly ArchiveStore _store;
    private readonly RestoreJournal _journal;
    private readonly PreparedImages _images;

    public PreparedImagesTests()
    {
        _store = new ArchiveStore(_node.Root, _node.Options);
        _journal = new RestoreJournal(_node.Root, _node.Options);
        _images = new PreparedImages(_node.Root, _store, _journal, new CriuCpu(new NoProcesses(), _node.Root), TimeProvider.System, NullLogger<PreparedImages>.Instance);
        _images.Open();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Places => _node.On(_node.Options.Value.Restores);

    public void Dispose()
    {
        _images.Dispose();
        _node.Dispose();
    }

    [Fact]
    public async Task What_was_unpacked_ahead_is_moved_to_its_container()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Write();
        _images.BeginAhead(Restore, checkpoint);
        await AwaitAsync(() => Directory.Exists(Places) && Directory.GetFiles(Places, "inventory.img", SearchOption.AllDirectories).Length == 1);
        // It is not read again: the archive may be gone by now.
        await _images.AwaitAsync(Restore, checkpoint, Cancelled);
        _store.Remove(Checkpoint);
        RestoreJournalEntry entry = Begin("a");
        _images.MoveInto(Restore, checkpoint, entry);
        Assert.Equal("images", File.ReadAllText(_node.On($"{entry.ImagePath}/inventory.img")));
        Assert.Equal([_node.On(entry.Folder)], Directory.GetDirectories(Places));
    }

    [Fact]
    public async Task What_was_not_begun_ahead_is_unpacked_when_it_is_asked_for()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Write();
        await _images.AwaitAsync(Restore, checkpoint, Cancelled);
        RestoreJournalEntry entry = Begin("a");
        _images.MoveInto(Restore, checkpoint, entry);
        // A second attempt has its own.
        await _images.AwaitAsync(Restore, checkpoint, Cancelled);
        RestoreJournalEntry again = Begin("b");
        _images.MoveInto(Restore, checkpoint, again);
        Assert.True(File.Exists(_node.On($"{again.ImagePath}/inventory.img")));
        Assert.Throws<IOException>(() => _images.MoveInto(Restore, checkpoint, Begin("c")));
    }

    [Fact]
    public async Task A_restore_that_goes_away_leaves_nothing()
    {
        _images.BeginAhead(Restore, Write());
        await AwaitAsync(() => Directory.Exists(Places) && Directory.GetFiles(Places, "inventory.img", SearchOption.AllDirectories).Length == 1);
        _images.Drop(Restore);
        await AwaitAsync(() => Directory.GetFileSystemEntries(Places).Length == 0);
    }

    [Fact]
    public async Task What_a_creation_asked_for_stays_when_the_object_changes()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Write();
        await _images.AwaitAsync(Restore, checkpoint, Cancelled);
        _images.Drop(Restore);
        RestoreJournalEntry entry = Begin("a");
        _images.MoveInto(Restore, checkpoint, entry);
        Assert.True(File.Exists(_node.On($"{entry.ImagePath}/inventory.img")));
    }

    [Fact]
    public async Task A_fault_is_told_to_who_asks_and_the_next_attempt_looks_anew()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Write();
        byte[] stored = File.ReadAllBytes(_node.On(_store.PathOf(Checkpoint)));
        File.WriteAllBytes(_node.On(_store.PathOf(Checkpoint)), [.. stored[..^1], 1]);
        _images.BeginAhead(Restore, checkpoint);
        ArchiveUnusableException unusable = await Assert.ThrowsAsync<ArchiveUnusableException>(() => _images.AwaitAsync(Restore, checkpoint, Cancelled));
        Assert.Equal(ArchiveUnusableException.DigestMismatch, unusable.Reason);
        await AwaitAsync(() => Directory.GetFileSystemEntries(Places).Length == 0);
        File.WriteAllBytes(_node.On(_store.PathOf(Checkpoint)), stored);
        await _images.AwaitAsync(Restore, checkpoint, Cancelled);
    }

    [Fact]
    public async Task What_was_unpacked_of_another_digest_does_not_count()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Write();
        await _images.AwaitAsync(Restore, checkpoint, Cancelled);
        checkpoint.Status.Archive!.Digest = $"sha256:{new string('0', 64)}";
        await Assert.ThrowsAsync<ArchiveUnusableException>(() => _images.AwaitAsync(Restore, checkpoint, Cancelled));
    }

    [Fact]
    public async Task One_that_gives_up_waiting_does_not_end_the_work()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Write();
        using var closed = new PreparedImages(_node.Root, _store, _journal, new CriuCpu(new NoProcesses(), _node.Root), TimeProvider.System, NullLogger<PreparedImages>.Instance);
        using var kubelet = new CancellationTokenSource();
        Task first = closed.AwaitAsync(Restore, checkpoint, kubelet.Token);
        await kubelet.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        // It begins when the agent before this one is cleared away.
        closed.Open();
        await AwaitAsync(() => Directory.Exists(Places) && Directory.GetFiles(Places, "inventory.img", SearchOption.AllDirectories).Length == 1);
        await closed.AwaitAsync(Restore, checkpoint, Cancelled);
    }

    [Fact]
    public async Task Only_so_many_are_unpacked_ahead()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Write();
        for (int restore = 0; restore < 5; restore++)
            _images.BeginAhead($"restore-{restore}", checkpoint);
        await AwaitAsync(() => Directory.Exists(Places) && Directory.GetFiles(Places, "inventory.img", SearchOption.AllDirectories).Length == 2);
        Assert.Equal(2, Directory.GetDirectories(Places).Length);
        // One that is asked for is unpacked all the same.
        await _images.AwaitAsync("restore-4", checkpoint, Cancelled);
    }

    [Fact]
    public async Task What_CRIU_says_of_the_processor_is_known_before_the_container_comes()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Write("checkpoint/cpuinfo.img");
        var criu = new OtherProcessor();
        using var images = new PreparedImages(_node.Root, _store, _journal, new CriuCpu(criu, _node.Root), TimeProvider.System, NullLogger<PreparedImages>.Instance);
        images.Open();
        images.BeginAhead(Restore, checkpoint);
        await AwaitAsync(() => criu.Asked is not null);
        Assert.True(File.Exists(_node.On($"{criu.Asked!.Arguments[^1]}/cpuinfo.img")));
        Assert.Equal("no avx here", await images.AwaitAsync(Restore, checkpoint, Cancelled));
    }

    [Fact]
    public async Task An_archive_without_a_record_of_its_processor_is_compared_with_none() => Assert.Null(await _images.AwaitAsync(Restore, Write(), Cancelled));

    private static async Task AwaitAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!condition())
            await Task.Delay(10, limit.Token);
    }

    private RestoreJournalEntry Begin(string container)
    {
        var entry = new RestoreJournalEntry
        {
            Namespace = "n",
            Name = "r",
            Uid = Restore,
            PodUid = Restore,
            Container = container,
            ContainerId = container,
            Runtime = "runc",
            Root = "/run/runc",
            Folder = _journal.FolderFor(container, 0),
        };
        _journal.Begin(entry).Dispose();
        return entry;
    }

    private V1Alpha1ContainerCheckpoint Write(params string[] further)
    {
        using PartialArchive archive = _store.Begin(Checkpoint);
        using var writer = new CheckpointArchiveWriter(archive.File);
        writer.StartDigest();
        writer.AddDirectory("checkpoint");
        writer.AddBytes("checkpoint/inventory.img", "images"u8);
        foreach (string name in further)
            writer.AddBytes(name, "record"u8);
        writer.Complete();
        archive.Finish();
        return new V1Alpha1ContainerCheckpoint
        {
            Metadata = new V1ObjectMeta { Name = "c", Uid = Checkpoint },
            Status = new ContainerCheckpointStatus { Archive = new ArchiveStatus { Digest = writer.Digest, SizeBytes = 1 } },
        };
    }

    private sealed class OtherProcessor : INodeProcesses
    {
        public NodeCommand? Asked { get; private set; }

        public Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken)
        {
            Asked = command;
            return Task.FromResult(new NodeCommandResult(1, string.Empty, "no avx here"));
        }

        public Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
