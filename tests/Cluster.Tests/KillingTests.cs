namespace CheckpointOperator.Cluster.Tests;

/// <summary>The agent and the operator are killed at every step of either flow; the work is finished, once.</summary>
[Collection(nameof(Disruption))]
public sealed class KillingTests(ClusterFixture cluster) : InterruptedFlowTest(cluster)
{
    public static TheoryData<string> CheckpointMoments => [.. Moments.OfACheckpoint.Keys];

    public static TheoryData<string> RestoreMoments => [.. Moments.OfARestore.Keys];

    [Theory]
    [MemberData(nameof(CheckpointMoments))]
    public async Task A_checkpoint_is_finished_once_although_the_agent_is_killed_when(string moment)
    {
        await Namespace.StartServerAsync("server");
        ServerState before = await Namespace.AskAsync("server");

        Task killed = await Killer.KillWhenAsync(Component.Agent, Moments.OfACheckpoint[moment]);
        await Namespace.ApplyAsync(Manifests.Checkpoint("first", "server"));
        await killed;
        await Killer.StartAgainAsync(Component.Agent);

        await AssertCheckpointedOnceAsync("first", before);
    }

    [Theory]
    [MemberData(nameof(RestoreMoments))]
    public async Task A_restore_is_finished_once_although_the_agent_is_killed_when(string moment)
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        ServerState before = await Namespace.AskAsync("server");
        await Namespace.EndPodAsync("server");

        Task killed = await Killer.KillWhenAsync(Component.Agent, Moments.OfARestore[moment]);
        await Namespace.ApplyAsync(Manifests.Restore("copy", "first"));
        await killed;
        await Killer.StartAgainAsync(Component.Agent);

        await AssertRestoredOnceAsync("copy", before);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Pending")]
    [InlineData("Running")]
    public async Task Both_flows_are_finished_once_although_the_operator_is_killed_in_phase(string? phase)
    {
        await Namespace.StartServerAsync("away");
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "away");
        ServerState away = await Namespace.AskAsync("away");
        ServerState before = await Namespace.AskAsync("server");
        await Namespace.EndPodAsync("away");

        Task killed = KillOperatorInAsync(phase, Namespace.Checkpoint("next"), Namespace.Restore("copy"));
        await Namespace.ApplyAsync($"{Manifests.Checkpoint("next", "server")}\n---\n{Manifests.Restore("copy", "first")}");
        await killed;
        await Killer.StartAgainAsync(Component.Operator);

        await AssertCheckpointedOnceAsync("next", before);
        await AssertRestoredOnceAsync("copy", away);
    }

    // As soon as one of them is in that phase, or beyond.
    private async Task KillOperatorInAsync(string? phase, params IEnumerable<ObjectReference> references)
    {
        await await Task.WhenAny(references.Select(
            reference => Cluster.Awaiter.UntilAsync(reference, value => value.Phase == phase || value.Phase is "Ready", $"is in phase {phase}")));
        await Killer.KillAsync(Component.Operator);
    }
}
