namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>The API server dies and comes back, and forgets. These have a control plane of their own.</summary>
[Trait("Length", "Long")]
public sealed class ServerRestartTests(OwnControlPlane controlPlane) : IClassFixture<OwnControlPlane>
{
    // Longer than the server is away: the leader stays.
    private static readonly (string, string) LongLease = ("LEASEDURATION", "00:02:00");
    private static readonly (string, string) Never = ("RECHECKPERIOD", "1.00:00:00");

    [Fact]
    public async Task Work_goes_on_when_the_server_was_killed_in_the_middle_of_it()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        var workload = new Workload(space);
        await workload.StartPodsAsync();
        await using ProxiedOperator running = await ProxiedOperator.StartAsync(space, "one", LongLease, Never);
        await workload.BeginAsync();
        await controlPlane.RestartAsync();
        await workload.FinishAsync();
        await running.UntilIdleAsync();
        await AssertSoundAsync(space);
    }

    [Fact]
    public async Task What_was_made_and_deleted_unseen_is_seen_after_a_compaction()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        var workload = new Workload(space);
        await workload.StartPodsAsync();
        await using ProxiedOperator running = await ProxiedOperator.StartAsync(space, "one", LongLease, Never);
        await space.CheckpointAsync("waiting", "comes-later");
        await space.UntilCheckpointAsync("waiting", current => current.Status.Phase == CheckpointPhase.Pending, "waits for its Pod");

        running.Proxy.Fault = (context, pass) =>
        {
            if (context.IsLease())
                return pass();
            context.Abort();
            return Task.CompletedTask;
        };
        running.Proxy.CutWatches();
        await space.Checkpoints.DeleteAsync(space.Key("waiting"), null, TestContext.Current.CancellationToken);
        await workload.BeginAsync();
        // No revision before this one can be read, and the server, new as it is, remembers none.
        await controlPlane.CompactAsync();
        await controlPlane.RestartAsync();
        running.Proxy.Fault = (_, pass) => pass();

        await workload.FinishAsync();
        Assert.Contains("fell behind and lists again", running.Process.Log, StringComparison.Ordinal);
        await running.UntilIdleAsync();
        await AssertSoundAsync(space);
    }

    private static async Task AssertSoundAsync(TestNamespace space)
    {
        WriteHistory history = await WriteHistory.OfAsync(space);
        history.AssertSound();
        history.AssertWrittenByTheLeader();
    }
}
