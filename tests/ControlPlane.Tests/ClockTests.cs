using CheckpointOperator.ControlPlane.Tests.Faults;
using CheckpointOperator.Operator.Controllers;

namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>The wall clock is set while the operator waits for times to pass. Alone: to an operator whose clock is a day ahead the agents of other tests' nodes are silent.</summary>
[Collection<Alone>]
public sealed class ClockTests(TestControlPlane controlPlane)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clock_that_is_set_forward_ends_nothing_before_its_time()
    {
        var clock = new SetClock();
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space, clock);
        await space.ReadyCheckpointAsync("kept", "web", spec => spec.Ttl = "1h");
        await space.CheckpointAsync("taken", "web");
        await space.UntilCheckpointAsync("taken", current => current.Status.Phase == CheckpointPhase.Running, "is Running");
        // The operator has looked at both, and at the node, when they say so.
        foreach (string name in new[] { "kept", "taken" })
            await running.ReconcileAsync<ContainerCheckpointController, V1Alpha1ContainerCheckpoint>((await space.Checkpoints.GetAsync(space.Key(name), Cancelled))!);

        clock.Step = Day;
        foreach (string name in new[] { "kept", "taken" })
            await running.ReconcileAsync<ContainerCheckpointController, V1Alpha1ContainerCheckpoint>((await space.Checkpoints.GetAsync(space.Key(name), Cancelled))!);

        V1Alpha1ContainerCheckpoint kept = (await space.Checkpoints.GetAsync(space.Key("kept"), Cancelled))!;
        Assert.Equal((CheckpointPhase.Ready, (DateTime?)null), (kept.Status.Phase, kept.Metadata.DeletionTimestamp));
        Assert.Equal(CheckpointPhase.Running, (await space.Checkpoints.GetAsync(space.Key("taken"), Cancelled))!.Status.Phase);
        // The node's agent was heard a moment ago: it gets more work.
        await space.CheckpointAsync("next", "web");
        await space.UntilCheckpointAsync("next", current => current.Status.Phase == CheckpointPhase.Running, "is Running");
    }

    [Fact]
    public async Task A_clock_that_is_set_back_prolongs_nothing()
    {
        var clock = new SetClock();
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space, clock, "--AgentGrace=00:00:01");
        await space.ReadyCheckpointAsync("short", "web", spec => spec.Ttl = "15s");
        await space.CheckpointAsync("cut", "web", spec => spec.Timeout = "12s");
        await space.UntilCheckpointAsync("cut", current => current.Status.Phase == CheckpointPhase.Running, "is Running");

        clock.Step = -Day;

        V1Alpha1ContainerCheckpoint cut = await space.UntilCheckpointAsync("cut", current => current.Status.Phase == CheckpointPhase.Failed, "is Failed");
        Assert.Equal("TimedOut", cut.Status.Conditions.Find("Ready")!.Reason);
        await space.UntilAsync<V1Alpha1ContainerCheckpoint>("short", current => current?.Metadata.DeletionTimestamp is not null || current is null, "is deleted");
    }
}
