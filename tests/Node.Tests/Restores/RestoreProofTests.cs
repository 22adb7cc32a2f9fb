using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Restores;

namespace CheckpointOperator.Node.Tests.Restores;

public sealed class RestoreProofTests : IDisposable
{
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    private readonly TemporaryNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_restore_took_until_its_processes_went_on_however_late_the_agent_comes() => Assert.Equal(3000, await MillisecondsAsync(TimeSpan.Zero));

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task A_clock_that_was_set_meanwhile_gives_a_time_that_the_object_can_hold(int seconds) =>
        Assert.InRange(await MillisecondsAsync(TimeSpan.FromSeconds(seconds)), 0, (long)Whole.TotalMilliseconds);

    // What CRIU leaves of a restore that was asked for 5 s ago and ended 2 s ago, on a wall clock that was set by so much since.
    private async Task<long> MillisecondsAsync(TimeSpan set)
    {
        var entry = new RestoreJournalEntry
        {
            Namespace = "web",
            Name = "copy",
            Uid = "u",
            PodUid = "p",
            Container = "server",
            ContainerId = "abc",
            Runtime = "runc",
            Root = "/run/runc",
            Folder = "/run/restores/abc",
        };
        string work = Directory.CreateDirectory(_node.On(entry.WorkPath)).FullName;
        File.WriteAllText($"{work}/restore.log", "Restore finished successfully. Tasks resumed.\n");
        File.WriteAllText($"{work}/stats-restore", "");
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        File.SetLastWriteTimeUtc($"{work}/stats-restore", (now - Late).UtcDateTime);
        RestoredProcess process = await new RestoreProof(_node.Root, new Running(), new SetClock(now + set)).ProveAsync(entry, TestContext.Current.CancellationToken);
        return process.RestoreMilliseconds!.Value;
    }

    private sealed class SetClock(DateTimeOffset wall) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Whole.Ticks;

        public override DateTimeOffset GetUtcNow() => wall;
    }

    private sealed class Running : INodeProcesses
    {
        public Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken) =>
            Task.FromResult(new NodeCommandResult(0, """{"id":"abc","status":"running","pid":7}""", string.Empty));

        public Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken) => Task.FromResult(0);
    }
}
