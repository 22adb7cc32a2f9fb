namespace CheckpointOperator.Cluster.Tests;

/// <summary>The agent loses the API server while the runtime restores, and gets it back later.</summary>
[Collection(nameof(Disruption))]
public sealed class UnreachableServerTests(ClusterFixture cluster, NodeBefore node) : InterruptedFlowTest(cluster)
{
    // What the agent logs of each attempt that fails after the first.
    private const string Again = "How restores ended could not be told yet, again in a moment";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task A_restore_is_told_although_the_server_could_not_be_reached_when_it_ended()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        ServerState state = await Namespace.AskAsync("server");
        await Namespace.EndPodAsync("server");

        string agent = await Cluster.Installation.AgentPodAsync();
        string address = (await Cluster.Kubectl.GetAsync(Installation.Pod(agent)))!.Status("podIP")!;
        int before = await CountAgainAsync(agent);
        // CRIU runs after the last thing that the agent asks the server before it tells the runtime to restore.
        Task cut = await Killer.WhenAsync(Moments.OfARestore["CRIU runs"], Rules("insert", address));
        await Namespace.ApplyAsync(Manifests.Restore("copy", "first"));
        try
        {
            await cut;
            // The process runs, in a Pod like any other; that it was restored nobody has said.
            await Namespace.UntilPodReadyAsync("copy");
            Assert.False((await Cluster.Kubectl.GetAsync(Namespace.Restore("copy")))!.Says("Restored", "True"));
            // It is the agent's own attempts that tell it, no other agent's: one of them at least has failed by now.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Limit);
            while (await CountAgainAsync(agent) == before)
                await Task.Delay(TimeSpan.FromMilliseconds(500), limit.Token);
            Assert.False((await Cluster.Kubectl.GetAsync(Namespace.Restore("copy")))!.Says("Restored", "True"));
        }
        finally
        {
            await Cluster.Node.RunAsync(Rules("delete", address));
        }
        await AssertRestoredOnceAsync("copy", state);
        Assert.Equal(agent, await Cluster.Installation.AgentPodAsync());
        await node.AssertSameWithoutAsync(Namespace);
    }

    private async Task<int> CountAgainAsync(string agent) => (await Cluster.Installation.LogAsync(agent)).Split(Again).Length;

    // The server is the node's own, or another's. A reset is known at once, where silence would be waited for.
    private static string Rules(string command, string address) => string.Join('\n', new[] { "INPUT", "FORWARD" }.Select(
        chain => $"iptables --wait --{command} {chain} --protocol tcp --source {address} --match multiport --dports 443,6443 --jump REJECT --reject-with tcp-reset"));
}
