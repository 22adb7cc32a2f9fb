using System.Globalization;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>What the agent takes of its node's memory. Alone, because an agent at work is not idle.</summary>
[Collection(nameof(Disruption))]
public sealed class AgentMemoryTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private const int Working = 80 * 1024;
    private const int Idle = 40 * 1024;
    private const int Flows = 4;
    private const int ContainerMemory = 96;

    [Fact]
    public async Task It_works_in_80_MiB_on_four_containers_at_once_that_hold_more_and_gives_back_what_it_needed()
    {
        // What other tests took is not counted: the peak begins anew.
        await Cluster.Node.RunAsync($"echo 5 > /proc/$(pgrep -f '{Component.Agent.Pattern}' | sed -n 1p)/clear_refs");
        await Task.WhenAll(Enumerable.Range(1, Flows).Select(number => StartAsync($"large-{number}")));
        // Each step of all flows at once.
        JsonObject[] checkpoints = await Task.WhenAll(Enumerable.Range(1, Flows).Select(number => CheckpointAsync($"large-{number}")));
        Assert.All(checkpoints, checkpoint => Assert.True((long)checkpoint["status"]!["archive"]!["sizeBytes"]! > ContainerMemory << 20));
        await Task.WhenAll(Enumerable.Range(1, Flows).Select(number => RestoreAsync($"again-{number}", $"large-{number}")));

        Assert.InRange(await KibibytesAsync("VmHWM"), 1024, Working);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        while (await KibibytesAsync("VmRSS") >= Idle)
            await Task.Delay(TimeSpan.FromSeconds(1), limit.Token);
    }

    private async Task StartAsync(string name)
    {
        await Namespace.ApplyAsync(Manifests.ShellPod(name, "Always", ("main", $"exec python3 -c 'import time; held = bytearray(b\"x\") * ({ContainerMemory} << 20); open(\"/tmp/filled\", \"w\"); time.sleep(100000)'")));
        await Namespace.UntilAsync(Namespace.Pod(name), pod => (string?)pod["status"]?["phase"] == "Running", "runs");
        await Namespace.KubectlAsync("exec", name, "--", "sh", "-c", "until [ -e /tmp/filled ]; do sleep 0.1; done");
    }

    private async Task<JsonObject> CheckpointAsync(string name)
    {
        await Namespace.ApplyAsync(Manifests.Checkpoint(name, name));
        return await Namespace.UntilAsync(Namespace.Checkpoint(name), value => value.Says("Ready", "True"), "is Ready");
    }

    private async Task RestoreAsync(string name, string checkpoint)
    {
        await Namespace.ApplyAsync(Manifests.Restore(name, checkpoint));
        await Namespace.UntilAsync(Namespace.Restore(name), value => value.Says("Ready", "True"), "is Ready");
    }

    private async Task<int> KibibytesAsync(string field) => int.Parse(
        await Cluster.Node.RunAsync($"awk '/^{field}/ {{ print $2 }}' /proc/$(pgrep -f '{Component.Agent.Pattern}' | sed -n 1p)/status"), CultureInfo.InvariantCulture);
}
