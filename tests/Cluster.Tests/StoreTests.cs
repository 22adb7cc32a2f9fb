using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>A store that is full, takes no writes, is somewhere else, or is another agent's.</summary>
[Collection(nameof(Disruption))]
public sealed class StoreTests(ClusterFixture cluster, NodeBefore before) : InterruptedFlowTest(cluster)
{
    private const string Folder = "/var/lib/checkpoint-operator";
    private const int Size = 48;

    // What the operator wants to be free for a restore, and a little more.
    private const int SizeForRestores = 128;

    // The archives of tests before are deleted from the store that they are in, not from another one in its place.
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Cluster.AwaitDeletedCheckpointsAsync();
    }

    [Fact]
    public async Task A_disk_that_is_full_at_any_write_fails_the_checkpoint_and_nothing_else()
    {
        await Namespace.StartServerAsync("server");
        string identity = (await Namespace.AskAsync("server")).Identity;
        await using (SmallStore store = await SmallStore.MountAsync(Cluster.Node, Size))
        {
            // Full from the beginning, then from the moment that the container stands still: the dump and the archive meet the end of the disk ever later.
            var reasons = new List<string>();
            await store.FillAsync(0);
            reasons.Add(await TakeAsync("full", Task.CompletedTask));
            await store.EmptyAsync();
            foreach (int left in new[] { 0, 64, 1024, 4096, 8192, 12288, 16384, 20480, 24576 })
            {
                reasons.Add(await TakeAsync($"left-{left}", await SmallStore.FillWhenAsync(Killer, Moments.OfACheckpoint["the container is frozen"], left)));
                await store.EmptyAsync();
            }
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', reasons));
            Assert.Equal(["DiskFull", "Ready"], reasons.Distinct().Order(StringComparer.Ordinal));
            Assert.Equal("DiskFull", reasons[0]);
            Assert.Equal(identity, (await Namespace.AskAsync("server")).Identity);
            await Namespace.KubectlAsync("delete", "containercheckpoints", "--all", "--timeout=120s");
            Assert.Equal(string.Empty, await Cluster.Node.RunAsync($"find {Folder}/archives {Folder}/work -mindepth 1"));
        }
        await before.AssertSameWithoutAsync(Namespace);
    }

    [Fact]
    public async Task A_store_that_takes_no_writes_fails_checkpoints_and_gives_what_it_has()
    {
        await Namespace.StartServerAsync("server");
        await using (SmallStore store = await SmallStore.MountAsync(Cluster.Node, SizeForRestores))
        {
            await Namespace.CheckpointAsync("first", "server");
            await store.RemountAsync(readOnly: true);
            // The agent says so beforehand as well, and the operator then waits.
            Assert.Contains(await TakeAsync("second", Task.CompletedTask), new[] { "StoreReadOnly", "NodeCannotCheckpoint" });
            await Namespace.RestoreAsync("copy", "first");
            await Namespace.UntilPodReadyAsync("copy");
            // An agent that starts now works as well.
            await Killer.KillAsync(Component.Agent);
            await Killer.StartAgainAsync(Component.Agent);
            // The archive cannot be deleted, so its object stays until it can.
            await Namespace.KubectlAsync("delete", "containercheckpoint", "first", "--wait=false");
            await store.RemountAsync(readOnly: false);
            await Namespace.KubectlAsync("wait", "--for=delete", "containercheckpoint/first", "--timeout=120s");
            await Namespace.CheckpointAsync("third", "server");
            await Namespace.KubectlAsync("delete", "containercheckpoints", "--all", "--timeout=120s");
        }
        // The agent that was started there has the lock of that store, and lets go of it by its end.
        await Killer.KillAsync(Component.Agent);
        await Killer.StartAgainAsync(Component.Agent);
        await before.AssertSameWithoutAsync(Namespace);
    }

    [Fact]
    public async Task A_store_that_was_moved_has_its_archives_found_again_or_said_to_be_missing()
    {
        await Namespace.StartServerAsync("server");
        string moved = (string)(await Namespace.CheckpointAsync("moved", "server"))["metadata"]!["uid"]!;
        string left = (string)(await Namespace.CheckpointAsync("left", "server"))["metadata"]!["uid"]!;
        ServerState state = await Namespace.AskAsync("server");
        await Namespace.EndPodAsync("server");
        await Cluster.Node.RunAsync($"mkdir -m 700 {Folder}/elsewhere && mv {Folder}/archives/{moved}.tar {Folder}/elsewhere");
        await Cluster.Installation.SetAgentAsync("CHECKPOINT_AGENT_STORE", $"{Folder}/elsewhere");
        try
        {
            await Namespace.UntilAsync(
                Namespace.Checkpoint("moved"), value => value.Status("archive", "path") == $"{Folder}/elsewhere/{moved}.tar" && value.Says("Ready", "True"), "names the new path");
            JsonObject missing = await Namespace.UntilRefusedAsync(Namespace.Checkpoint("left"), "Ready", "ArchiveMissing");
            Assert.Contains($"{Folder}/elsewhere/{left}.tar", missing.Message("Ready"), StringComparison.Ordinal);
            await Namespace.ApplyAsync(Manifests.Restore("waits", "left"));
            await Namespace.UntilRefusedAsync(Namespace.Restore("waits"), "Preflight", "ArchiveMissing");
            await Namespace.RestoreAsync("copy", "moved");
            Assert.Equal(state.Identity, (await Namespace.AskAsync("copy")).Identity);
            await Cluster.Node.RunAsync($"mv {Folder}/elsewhere/{moved}.tar {Folder}/archives");
        }
        finally
        {
            await Cluster.Installation.SetAgentAsync("CHECKPOINT_AGENT_STORE", null);
        }
        await Namespace.UntilAsync(Namespace.Checkpoint("left"), value => value.Says("Ready", "True"), "has its archive again");
        await Namespace.UntilReadyAsync(Namespace.Restore("waits"));
        await Cluster.Node.RunAsync($"rmdir {Folder}/elsewhere");
        await before.AssertSameWithoutAsync(Namespace);
    }

    [Fact]
    public async Task A_second_agent_on_the_node_does_nothing_and_says_so_until_the_first_has_ended()
    {
        string first = await Cluster.Installation.AgentPodAsync();
        await Namespace.StartServerAsync("server");
        await Cluster.Installation.StartSecondAgentAsync("second-agent");
        try
        {
            JsonObject second = await Cluster.Awaiter.UntilAsync(
                Installation.Pod("second-agent"), pod => pod.FirstContainer?["state"]?["running"] is not null && pod.Says("Ready", "False"), "runs and is not ready");
            string log = await Cluster.Installation.LogAsync("second-agent");
            Assert.Contains("another checkpoint-agent of node", log, StringComparison.Ordinal);
            Assert.Contains($"{Folder}/archives", log, StringComparison.Ordinal);
            Assert.Contains("another checkpoint-agent of node", await ReadinessAsync(second.Status("podIP")!), StringComparison.Ordinal);
            // The first works as before.
            await Namespace.CheckpointAsync("first", "server");
            Assert.Equal(first, await Cluster.Installation.AgentPodAsync());
        }
        finally
        {
            await Cluster.Installation.DeletePodAsync("second-agent");
        }
        await before.AssertSameWithoutAsync(Namespace);
    }

    // Whatever answers an HTTP request is asked as the kubelet asks; the API server's proxy keeps such an answer's words to itself.
    private Task<string> ReadinessAsync(string address) => Cluster.Node.RunAsync($$"""
        until exec 3<> /dev/tcp/{{address}}/8082; do sleep 0.1; done 2> /dev/null
        printf 'GET /readyz HTTP/1.1\r\nHost: agent\r\n\r\n' >&3
        cat <&3
        """);

    // Ready, or the reason why not.
    private async Task<string> TakeAsync(string name, Task meanwhile)
    {
        ServerState state = await Namespace.AskAsync("server");
        await Namespace.ApplyAsync(Manifests.Checkpoint(name, "server"));
        JsonObject checkpoint = await Namespace.UntilAsync(Namespace.Checkpoint(name), value => value.Phase is "Ready" or "Failed" || value.Says("Ready", "False", "NodeCannotCheckpoint"), "is over");
        await meanwhile;
        await Killer.AssertNothingFrozenAsync();
        Assert.True((await Namespace.AskAsync("server")).Count > state.Count, "the source goes on");
        string uid = (string)checkpoint["metadata"]!["uid"]!;
        string found = (await Cluster.Node.RunAsync($"find {Folder} -name '*{uid}*' -printf '%f ' 2> /dev/null || true")).Trim();
        Assert.Equal(checkpoint.Phase == "Ready" ? $"{uid}.tar" : string.Empty, found);
        string reason = checkpoint.Phase == "Ready" ? "Ready" : checkpoint.Reason("Ready");
        if (checkpoint.Phase == "Ready")
            await Namespace.KubectlAsync("delete", "containercheckpoint", name, "--timeout=120s");
        return reason;
    }
}
