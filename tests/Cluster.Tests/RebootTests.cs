using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>The node loses its power in the middle of each flow: the local cluster is stopped, with all its processes killed at once, and started.</summary>
[Collection(nameof(Disruption))]
public sealed class RebootTests(ClusterFixture cluster, NodeBefore before) : InterruptedFlowTest(cluster)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task What_was_ready_is_there_and_what_was_under_way_ends_or_says_why_not()
    {
        Assert.SkipUnless(Cluster.IsLocal, "only the local cluster's node can be started again here");
        await Namespace.StartServerAsync("restored");
        await Namespace.CheckpointAsync("ready", "restored");
        ServerState state = await Namespace.AskAsync("restored");
        await Namespace.EndPodAsync("restored");
        await Namespace.StartServerAsync("running");
        // Both flows at once: the power goes when the one has frozen its container, and the other is somewhere on its way. An agent that stands still from then on
        // thaws nothing before that, and no signal ends what is frozen.
        Task cut = await Killer.WhenAsync(Moments.OfACheckpoint["the container is frozen"], $"kill -STOP $(pgrep -f '{Component.Agent.Pattern}')");
        await Namespace.ApplyAsync($"{Manifests.Restore("copy", "ready")}\n---\n{Manifests.Checkpoint("cut", "running")}");
        await cut;
        await Cluster.RestartNodeAsync();

        // The container that was being dumped is gone with its memory: it is not taken for what it was.
        JsonObject checkpoint = await Namespace.UntilAsync(Namespace.Checkpoint("cut"), value => value.Phase is "Ready" or "Failed", "is over", Deadline);
        Assert.True(checkpoint.Phase == "Failed", $"it ended as {checkpoint["status"]}");
        Assert.Equal("ContainerNotRunning", checkpoint.Reason("Ready"));
        Assert.True((await Cluster.Kubectl.GetAsync(Namespace.Checkpoint("ready")))!.Says("Ready", "True"));
        JsonObject copy = await Namespace.UntilAsync(Namespace.Restore("copy"), value => value.Phase is "Ready" or "Failed", "is over", Deadline);
        Assert.True(copy.Phase == "Ready", $"it ended as {copy["status"]}");
        await Namespace.RestoreAsync("again", "ready");
        await Namespace.UntilPodReadyAsync("again");
        Assert.Equal(state.Identity, (await Namespace.AskAsync("again")).Identity);
        await before.AssertNoMoreWithoutAsync(Namespace);
    }
}
