using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>A test that interrupts a checkpoint or a restore, and looks at what came of it.</summary>
public abstract class InterruptedFlowTest(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private const string Work = "/var/lib/checkpoint-operator/work";
    private const string Archives = "/var/lib/checkpoint-operator/archives";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    /// <summary>Kills parts of the operator.</summary>
    protected Killer Killer { get; } = new(cluster);

    /// <summary>The checkpoint is Ready, has one whole archive and no work left, and its source goes on.</summary>
    protected async Task AssertCheckpointedOnceAsync(string name, ServerState before, string pod = "server")
    {
        JsonObject checkpoint = await Namespace.UntilReadyAsync(Namespace.Checkpoint(name), Deadline);
        await Killer.AssertNothingFrozenAsync();
        ServerState after = await AskAsync(pod);
        Assert.Equal(before.Identity, after.Identity);
        Assert.True(after.Count > before.Count, "the source goes on");

        string uid = (string)checkpoint["metadata"]!["uid"]!;
        string archives = await Cluster.Node.RunAsync($"cd {Archives}; ls -A | grep {uid}; sha256sum < {uid}.tar");
        string digest = checkpoint.Status("archive", "digest")!;
        Assert.Equal($"{uid}.tar\n{digest[(digest.IndexOf(':', StringComparison.Ordinal) + 1)..]}  -", archives.Trim());
        await Namespace.UntilAsync(Namespace.Checkpoint(name), value => value.Phase == "Ready", "stays Ready");
        Assert.Equal(string.Empty, await Cluster.Node.RunAsync($"ls {Work} | grep {uid} || true"));
    }

    /// <summary>The restore is Ready, its process is the checkpointed one, in the Pod's one container.</summary>
    protected async Task AssertRestoredOnceAsync(string name, ServerState before)
    {
        JsonObject restore = await Namespace.UntilReadyAsync(Namespace.Restore(name), Deadline);
        JsonObject pod = await Namespace.UntilPodReadyAsync(name);
        await Killer.AssertNothingFrozenAsync();
        ServerState after = await AskAsync(name);
        Assert.Equal(before.Identity, after.Identity);
        Assert.Equal((string?)pod["metadata"]!["uid"], restore.Status("podUID"));
        string container = restore.Status("restored", "containerID")!;
        Assert.Equal((string?)pod.FirstContainer!["containerID"], container);
        // One process group of that Pod, not two.
        string id = container[(container.LastIndexOf('/') + 1)..];
        string processes = await Cluster.Node.RunAsync($"(grep -l {id} /proc/[0-9]*/cgroup 2> /dev/null || true) | wc -l");
        Assert.Equal("1", processes.Trim());
    }

    // Where the kubelet or containerd was killed, the way into a Pod is closed until they are back.
    private async Task<ServerState> AskAsync(string pod)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        while ((await Cluster.Kubectl.TryAsync("-n", Namespace.Name, "exec", pod, "--", "true")).ExitCode != 0)
            await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        return await Namespace.AskAsync(pod);
    }
}
