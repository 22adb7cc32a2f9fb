using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging.Abstractions;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class CheckpointRecoveryTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private static readonly CheckpointJournalEntry Entry =
        new("6f9619ff-8b86-d011-b42d-00cf4fc964ff", "abc", "runc", "/run/containerd/runc/k8s.io", 0, Timeout);

    private readonly TemporaryNode _node = new();
    private readonly ScriptedRuntime _runtime = new();
    private readonly SteppedTime _time = new();
    private readonly CheckpointJournal _journal;
    private readonly CheckpointRecovery _recovery;

    public CheckpointRecoveryTests()
    {
        _journal = new CheckpointJournal(_node.Root, _node.Options);
        _recovery = new CheckpointRecovery(
            _journal, _runtime, new ContainerdTasks(_runtime, _node.Options), new ArchiveStore(_node.Root, _node.Options), _time, NullLogger<CheckpointRecovery>.Instance);
        _journal.Begin(Entry).Dispose();
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task The_dump_ends_before_the_container_goes_on()
    {
        await _recovery.ThawAsync(Entry, TestContext.Current.CancellationToken);
        Assert.Equal(["await /var/lib/checkpoint-operator/work/checkpoint-6f9619ff-8b86-d011-b42d-00cf4fc964ff", "resume"], _runtime.Asked);
        Assert.Empty(_journal.Read());
    }

    [Fact]
    public async Task A_container_that_was_not_frozen_is_no_fault()
    {
        _runtime.Status = "running";
        await _recovery.ThawAsync(Entry, TestContext.Current.CancellationToken);
        Assert.Equal("state", _runtime.Asked[^1]);
        Assert.Empty(_journal.Read());
        Assert.False(_recovery.Left.TryRead(out _));
    }

    [Fact]
    public async Task A_container_that_is_gone_is_no_fault()
    {
        _runtime.Status = null;
        await _recovery.ThawAsync(Entry, TestContext.Current.CancellationToken);
        Assert.Empty(_journal.Read());
    }

    [Fact]
    public async Task A_container_that_stays_frozen_stays_in_the_journal_and_is_tried_again()
    {
        _runtime.Status = "paused";
        await _recovery.ThawAsync(Entry, TestContext.Current.CancellationToken);
        Assert.Equal([Entry], _journal.Read());
        Assert.True(_recovery.Left.TryRead(out CheckpointJournalEntry? left));
        Assert.Equal(Entry, left);
    }

    [Fact]
    public async Task What_containerd_holds_is_let_go_by_containerd()
    {
        _journal.End(Entry.Uid);
        CheckpointJournalEntry held = Entry with { ByContainerd = true };
        _journal.Begin(held).Dispose();
        await _recovery.ThawAsync(Assert.Single(_journal.Read()), TestContext.Current.CancellationToken);
        Assert.Equal(["ctr tasks resume abc"], _runtime.Asked);
        Assert.Empty(_journal.Read());
    }

    [Theory]
    [InlineData(-365)]
    [InlineData(365)]
    public async Task A_clock_that_was_set_changes_nothing_in_how_long_a_dump_is_waited_for(int days)
    {
        _time.Elapsed = TimeSpan.FromSeconds(30);
        _time.Wall += TimeSpan.FromDays(days);
        await _recovery.ThawAsync(Entry, TestContext.Current.CancellationToken);
        Assert.Equal(Timeout - TimeSpan.FromSeconds(30), _runtime.Limit);
    }

    [Fact]
    public async Task A_dump_is_waited_for_no_longer_than_it_may_take_though_the_monotonic_clock_began_anew()
    {
        CheckpointJournalEntry entry = Entry with { Begun = TimeSpan.FromDays(30).Ticks };
        await _recovery.ThawAsync(entry, TestContext.Current.CancellationToken);
        Assert.Equal(Timeout, _runtime.Limit);
    }

    [Fact]
    public async Task A_dump_that_is_late_gets_a_moment()
    {
        _time.Elapsed = TimeSpan.FromHours(1);
        await _recovery.ThawAsync(Entry, TestContext.Current.CancellationToken);
        Assert.Equal(TimeSpan.FromSeconds(10), _runtime.Limit);
    }

    // A wall clock that somebody sets beside a monotonic one.
    private sealed class SteppedTime : TimeProvider
    {
        public DateTimeOffset Wall { get; set; } = DateTimeOffset.UnixEpoch;

        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;

        public override DateTimeOffset GetUtcNow() => Wall;
    }

    // Answers as runc 1.1 does: a resume fails unless the container is paused and can be thawed.
    private sealed class ScriptedRuntime : INodeProcesses
    {
        private const string Thawable = "thawable";

        public string? Status { get; set; } = Thawable;

        public List<string> Asked { get; } = [];

        public TimeSpan? Limit { get; private set; }

        public Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken)
        {
            string asked = command.Program == "ctr" ? $"ctr {string.Join(' ', command.Arguments.Skip(4))}" : command.Arguments[2];
            Asked.Add(asked);
            if (command.Program == "ctr")
                return Task.FromResult(new NodeCommandResult(0, string.Empty, string.Empty));
            return Task.FromResult((asked, Status) switch
            {
                ("resume", Thawable) => new NodeCommandResult(0, string.Empty, string.Empty),
                ("state", { } status) => new NodeCommandResult(0, $$"""{"id":"abc","status":"{{status}}","pid":7}""", string.Empty),
                ("state", null) => new NodeCommandResult(1, string.Empty, "container does not exist"),
                _ => new NodeCommandResult(1, string.Empty, "container not paused"),
            });
        }

        public Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken)
        {
            Asked.Add($"await {argument}");
            Limit = timeLimit;
            return Task.FromResult(1);
        }
    }
}
