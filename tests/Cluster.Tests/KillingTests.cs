using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>The agent and the operator are killed at every step of either flow; the work is finished, once.</summary>
[Collection(nameof(Disruption))]
public sealed class KillingTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private const string Work = "/var/lib/checkpoint-operator/work";
    private const string Archives = "/var/lib/checkpoint-operator/archives";
    private const string Restores = "/run/checkpoint-operator/restores";

    // Each a test of bash that holds from that moment on.
    private static readonly Dictionary<string, string> MomentsOfACheckpoint = new()
    {
        ["the work has begun"] = New($"{Work} -mindepth 1"),
        ["the container is frozen"] =
            "grep -qs -e FROZEN -e 'frozen 1' /sys/fs/cgroup/freezer/kubepods/*/*/*/freezer.state /sys/fs/cgroup/kubepods*/*/*/*/cgroup.events",
        ["CRIU runs"] = "pgrep -x criu > /dev/null",
        ["memory is being written"] = New($"{Work} -name 'pages-*.img'"),
        ["the archive is being written"] = New($"{Archives} -type f"),
    };

    private static readonly Dictionary<string, string> MomentsOfARestore = new()
    {
        ["the restore has begun"] = New($"{Restores} {Work} -mindepth 1"),
        ["the images are unpacked"] = New($"{Restores} {Work} -name inventory.img"),
        ["CRIU runs"] = "pgrep -x criu > /dev/null",
        ["the process is back"] = New("/run/checkpoint-operator/restored -mindepth 1"),
    };

    private readonly Killer _killer = new(cluster);

    public static TheoryData<string> CheckpointMoments => [.. MomentsOfACheckpoint.Keys];

    public static TheoryData<string> RestoreMoments => [.. MomentsOfARestore.Keys];

    [Theory]
    [MemberData(nameof(CheckpointMoments))]
    public async Task A_checkpoint_is_finished_once_although_the_agent_is_killed_when(string moment)
    {
        await Namespace.StartServerAsync("server");
        ServerState before = await Namespace.AskAsync("server");

        Task killed = _killer.KillWhenAsync(Component.Agent, MomentsOfACheckpoint[moment]);
        await Namespace.ApplyAsync(Manifests.Checkpoint("first", "server"));
        await killed;
        await _killer.StartAgainAsync(Component.Agent);

        await AssertCheckpointedOnceAsync("first", before);
    }

    [Theory]
    [MemberData(nameof(RestoreMoments))]
    public async Task A_restore_is_finished_once_although_the_agent_is_killed_when(string moment)
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        ServerState before = await Namespace.AskAsync("server");
        await Namespace.DeletePodAsync("server");

        Task killed = _killer.KillWhenAsync(Component.Agent, MomentsOfARestore[moment]);
        await Namespace.ApplyAsync(Manifests.Restore("copy", "first"));
        await killed;
        await _killer.StartAgainAsync(Component.Agent);

        await AssertRestoredOnceAsync("copy", before);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Pending")]
    [InlineData("Running")]
    public async Task A_checkpoint_is_finished_once_although_the_operator_is_killed_in_phase(string? phase)
    {
        await Namespace.StartServerAsync("server");
        ServerState before = await Namespace.AskAsync("server");

        Task killed = KillOperatorInAsync(Namespace.Checkpoint("first"), phase);
        await Namespace.ApplyAsync(Manifests.Checkpoint("first", "server"));
        await killed;
        await _killer.StartAgainAsync(Component.Operator);

        await AssertCheckpointedOnceAsync("first", before);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Pending")]
    [InlineData("Running")]
    public async Task A_restore_is_finished_once_although_the_operator_is_killed_in_phase(string? phase)
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        ServerState before = await Namespace.AskAsync("server");
        await Namespace.DeletePodAsync("server");

        Task killed = KillOperatorInAsync(Namespace.Restore("copy"), phase);
        await Namespace.ApplyAsync(Manifests.Restore("copy", "first"));
        await killed;
        await _killer.StartAgainAsync(Component.Operator);

        await AssertRestoredOnceAsync("copy", before);
    }

    /// <summary>CHECKPOINT_OPERATOR_KILLS sets how many rounds; each kills once in a checkpoint and once in a restore.</summary>
    [Fact]
    public async Task Both_flows_are_finished_although_a_part_is_killed_at_random_moments()
    {
        int rounds = int.Parse(Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_KILLS") ?? "2", null);
        int seed = int.Parse(Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_SEED") ?? $"{Environment.TickCount & 0xffff}", null);
        TestContext.Current.TestOutputHelper?.WriteLine($"CHECKPOINT_OPERATOR_SEED={seed}");
        var random = new Random(seed);
        string pod = "server";
        await Namespace.StartServerAsync(pod);
        for (int round = 0; round < rounds; round++)
        {
            ServerState before = await Namespace.AskAsync(pod);
            await Namespace.ApplyAsync(Manifests.Checkpoint($"c{round}", pod));
            await KillAtRandomAsync(random);
            await AssertCheckpointedOnceAsync($"c{round}", before, pod);

            before = await Namespace.AskAsync(pod);
            await Namespace.DeletePodAsync(pod);
            pod = $"r{round}";
            await Namespace.ApplyAsync(Manifests.Restore(pod, $"c{round}"));
            await KillAtRandomAsync(random);
            await AssertRestoredOnceAsync(pod, before);
        }
    }

    // Something that find finds and that came after the killer began to look; the folders may not be there yet.
    private static string New(string find) => $"[ -n \"$(find {find} -cnewer \"$began\" -print -quit 2> /dev/null || true)\" ]";

    private async Task KillAtRandomAsync(Random random)
    {
        Component component = random.Next(4) == 0 ? Component.Operator : Component.Agent;
        var moment = TimeSpan.FromMilliseconds(random.Next(3000));
        TestContext.Current.TestOutputHelper?.WriteLine($"{component.Workload} is killed after {moment}");
        await Task.Delay(moment, TestContext.Current.CancellationToken);
        await _killer.KillAsync(component);
        await _killer.StartAgainAsync(component);
    }

    private async Task KillOperatorInAsync(ObjectReference reference, string? phase)
    {
        await Cluster.Awaiter.UntilAsync(reference, value => value.Phase == phase || value.Phase is "Ready", $"is in phase {phase}");
        await _killer.KillAsync(Component.Operator);
    }

    private async Task AssertCheckpointedOnceAsync(string name, ServerState before, string pod = "server")
    {
        JsonObject checkpoint = await Namespace.UntilReadyAsync(Namespace.Checkpoint(name), TimeSpan.FromMinutes(3));
        await _killer.AssertNothingFrozenAsync();
        ServerState after = await Namespace.AskAsync(pod);
        Assert.Equal(before.Identity, after.Identity);
        Assert.True(after.Count > before.Count, "the source goes on");

        string uid = (string)checkpoint["metadata"]!["uid"]!;
        string archives = await Cluster.Node.RunAsync($"cd {Archives}; ls -A | grep {uid}");
        Assert.Equal($"{uid}.tar", archives.Trim());
        string digest = (await Cluster.Node.RunAsync($"sha256sum < {Archives}/{uid}.tar")).Split(' ')[0];
        Assert.Equal($"sha256:{digest}", checkpoint.Status("archive", "digest"));
        await Namespace.UntilAsync(Namespace.Checkpoint(name), value => value.Phase == "Ready", "stays Ready");
        Assert.Equal(string.Empty, await Cluster.Node.RunAsync($"ls {Work} | grep {uid} || true"));
    }

    private async Task AssertRestoredOnceAsync(string name, ServerState before)
    {
        JsonObject restore = await Namespace.UntilReadyAsync(Namespace.Restore(name), TimeSpan.FromMinutes(3));
        await Namespace.UntilPodReadyAsync(name);
        await _killer.AssertNothingFrozenAsync();
        ServerState after = await Namespace.AskAsync(name);
        Assert.Equal(before.Identity, after.Identity);
        JsonObject pod = await Namespace.UntilPodReadyAsync(name);
        Assert.Equal((string?)pod["metadata"]!["uid"], restore.Status("podUID"));
        string container = restore.Status("restored", "containerID")!;
        Assert.Equal((string?)pod.FirstContainer!["containerID"], container);
        // One process group of that Pod, not two.
        string id = container[(container.LastIndexOf('/') + 1)..];
        string processes = await Cluster.Node.RunAsync($"grep -l {id} /proc/[0-9]*/cgroup 2> /dev/null | wc -l");
        Assert.Equal("1", processes.Trim());
    }
}
