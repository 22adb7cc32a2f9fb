using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>
/// What both flows need is taken away while they are under way: each ends as it should, nothing half done is visible, and the node is left as it was. Each interruption
/// comes at one moment here; CHECKPOINT_OPERATOR_INTERRUPTIONS=all lets each come at every moment.
/// </summary>
[Collection(nameof(Disruption))]
public sealed class InterruptionTests(ClusterFixture cluster, NodeBefore before) : InterruptedFlowTest(cluster)
{
    private const string KillContainerd = "containerd is killed";
    private const string KillKubelet = "the kubelet is killed";
    private const string DeletePod = "the Pod is deleted";
    private const string EvictPod = "the Pod is evicted";
    private const string DeleteCheckpoint = "the ContainerCheckpoint is deleted";
    private const string DeleteRestore = "the ContainerRestore is deleted";
    private const string EndProcess = "the container's process ends";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    public static TheoryData<string, string> OfACheckpoint =>
        Pairs([KillContainerd, KillKubelet, DeletePod, EvictPod, DeleteCheckpoint, EndProcess], [.. Moments.OfACheckpoint.Keys]);

    public static TheoryData<string, string> OfARestore =>
        Pairs([KillContainerd, KillKubelet, DeletePod, EvictPod, DeleteRestore, DeleteCheckpoint], [.. Moments.OfARestore.Keys]);

    [Theory]
    [MemberData(nameof(OfACheckpoint))]
    public async Task A_checkpoint_ends_as_it_should_although(string interruption, string moment)
    {
        await Namespace.StartServerAsync("server");
        ServerState state = await Namespace.AskAsync("server");
        Task interrupted = await InterruptAsync(interruption, Moments.OfACheckpoint[moment], "server", "first");
        await Namespace.ApplyAsync(Manifests.Checkpoint("first", "server"));
        await interrupted;

        switch (interruption)
        {
            case KillContainerd or KillKubelet:
                await AssertCheckpointedOnceAsync("first", state);
                break;
            case DeleteCheckpoint:
                await Namespace.KubectlAsync("wait", "--for=delete", "containercheckpoint/first", "--timeout=120s");
                Assert.True((await Namespace.AskAsync("server")).Count > state.Count, "the source goes on");
                break;
            default:
                await AssertEndedAsync("first");
                break;
        }
        await Killer.AssertNothingFrozenAsync();
        await before.AssertSameWithoutAsync(Namespace);
    }

    [Theory]
    [MemberData(nameof(OfARestore))]
    public async Task A_restore_ends_as_it_should_although(string interruption, string moment)
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        ServerState state = await Namespace.AskAsync("server");
        await Namespace.EndPodAsync("server");
        Task interrupted = await InterruptAsync(interruption, Moments.OfARestore[moment], "copy", "first");
        await Namespace.ApplyAsync(Manifests.Restore("copy", "first"));
        await interrupted;

        switch (interruption)
        {
            case KillContainerd or KillKubelet:
                await AssertRestoredOnceAsync("copy", state);
                break;
            case DeleteRestore:
                await Namespace.KubectlAsync("wait", "--for=delete", "containerrestore/copy", "--timeout=120s");
                await Namespace.KubectlAsync("wait", "--for=delete", "pod/copy", "--timeout=120s");
                break;
            case DeleteCheckpoint:
                // What was unpacked by then is restored; what was not says what it lacks.
                await Namespace.UntilAsync(
                    Namespace.Restore("copy"), value => value.Phase is "Ready" or "Failed" || value.Says("Restored", "False", "CheckpointNotFound"), "says what became of it", Deadline);
                break;
            default:
                // The Pod may have run restored before it went.
                await Namespace.UntilAsync(Namespace.Restore("copy"), value => value.Phase is "Ready" or "Failed", "is over", Deadline);
                break;
        }
        await Killer.AssertNothingFrozenAsync();
        await before.AssertSameWithoutAsync(Namespace);
    }

    private static TheoryData<string, string> Pairs(string[] interruptions, string[] moments)
    {
        bool all = Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_INTERRUPTIONS") == "all";
        var pairs = new TheoryData<string, string>();
        for (int index = 0; index < interruptions.Length; index++)
        {
            foreach (string moment in moments.Where((_, position) => all || position == index % moments.Length))
                pairs.Add(interruptions[index], moment);
        }
        return pairs;
    }

    // What kills on the node does so at that very moment; what asks the API server, a moment later.
    private async Task<Task> InterruptAsync(string interruption, string condition, string pod, string checkpoint)
    {
        Task come = await Killer.WhenAsync(condition, interruption switch
        {
            KillContainerd => "kill -KILL $(pgrep -x containerd)",
            KillKubelet => "kill -KILL $(pgrep -x kubelet)",
            EndProcess => "kill -KILL $(pgrep -f '^python3 /workloads/server.py')",
            _ => "true",
        });
        return GoOnAsync();

        async Task GoOnAsync()
        {
            await come;
            switch (interruption)
            {
                case DeletePod:
                    await Namespace.KubectlAsync("delete", "pod", pod, "--wait=false");
                    break;
                case EvictPod:
                    await Namespace.EvictAsync(pod);
                    break;
                case DeleteCheckpoint:
                    await Namespace.KubectlAsync("delete", "containercheckpoint", checkpoint, "--wait=false");
                    break;
                case DeleteRestore:
                    await Namespace.KubectlAsync("delete", "containerrestore", pod, "--wait=false");
                    break;
            }
        }
    }

    // Ready with a whole archive, or Failed with none, and why.
    private async Task AssertEndedAsync(string name)
    {
        JsonObject checkpoint = await Namespace.UntilAsync(Namespace.Checkpoint(name), value => value.Phase is "Ready" or "Failed", "is over", Deadline);
        string uid = (string)checkpoint["metadata"]!["uid"]!;
        string archives = (await Cluster.Node.RunAsync($"ls -A /var/lib/checkpoint-operator/archives | grep {uid} || true")).Trim();
        Assert.Equal(checkpoint.Phase == "Ready" ? $"{uid}.tar" : string.Empty, archives);
        Assert.NotEmpty(checkpoint.Message("Ready"));
    }
}
