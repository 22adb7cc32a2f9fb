using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>An archive of the Runtime engine is read by the programs that others use.</summary>
public sealed class OtherReadersTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    [Fact]
    public async Task Checkpointctl_shows_the_archive()
    {
        string archive = await ArchiveOfCounterAsync();
        string shown = await Cluster.Node.RunAsync($"checkpointctl show {archive}");
        Assert.Contains("counter", shown, StringComparison.Ordinal);
        Assert.Contains("checkpoint-operator/workload", shown, StringComparison.Ordinal);
        Assert.Contains("runc", shown, StringComparison.Ordinal);
        string inspected = await Cluster.Node.RunAsync($"checkpointctl inspect --ps-tree --metadata --files {archive}");
        Assert.Contains("busybox", inspected, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Podman_restores_the_archive()
    {
        string archive = await ArchiveOfCounterAsync();
        long atCheckpoint = await LastTickAsync();
        await Cluster.Node.RunAsync($$"""
            image={{Manifests.Image}}
            podman image exists "docker.io/$image" || ctr -n k8s.io images export - "docker.io/$image" | podman load
            """, TimeSpan.FromMinutes(5));
        try
        {
            await Cluster.Node.RunAsync($"podman container restore --import {archive} --name {Namespace.Name} --print-stats");
            string log = await Cluster.Node.RunAsync($$"""
                until podman logs {{Namespace.Name}} | grep tick > /dev/null; do sleep 0.1; done
                podman logs {{Namespace.Name}}
                """);
            long first = long.Parse(log.Split('\n')[0].Split(' ')[1], null);
            Assert.InRange(first, 2, atCheckpoint + 1);
        }
        finally
        {
            await Cluster.Node.RunAsync($"podman rm --force --time 0 --ignore {Namespace.Name}");
        }
    }

    private async Task<string> ArchiveOfCounterAsync()
    {
        await Namespace.ApplyAsync(Manifests.ShellPod("counter", "Always", ("counter", "i=0; while :; do i=$((i+1)); echo tick $i; busybox sleep 0.2; done")));
        await Namespace.UntilPodReadyAsync("counter");
        JsonObject checkpoint = await Namespace.CheckpointAsync("first", "counter");
        return checkpoint.Status("archive", "path")!;
    }

    private async Task<long> LastTickAsync()
    {
        string log = await Namespace.KubectlAsync("logs", "counter", "--tail=1");
        return long.Parse(log.Split(' ')[1], null);
    }
}
