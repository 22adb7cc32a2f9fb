using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>Many processes and much memory.</summary>
public sealed class LargeTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private const long TwoGibibytes = 2L << 30;

    [Fact]
    public Task Five_hundred_processes_each_know_what_they_knew() => GoOnAsync("processes=500", "processes");

    [Fact]
    public async Task Two_gibibytes_of_memory_have_the_digest_that_they_had()
    {
        // The memory itself twice, once restored and once in the kernel's cache of what was written; the archive, and its images unpacked.
        long available = 1024 * long.Parse(await Cluster.Node.RunAsync("awk '/^MemAvailable/ { print $2 }' /proc/meminfo"), null);
        long free = long.Parse(await Cluster.Node.RunAsync("df --output=avail -B1 /var/lib/checkpoint-operator | tail -n 1"), null);
        Assert.SkipUnless(available > 3 * TwoGibibytes && free > 5 * TwoGibibytes, $"the node has {available >> 20} MiB of memory and {free >> 20} MiB of disk available");
        await GoOnAsync($"memory={TwoGibibytes}", "memory");
    }

    private async Task GoOnAsync(string kind, string name)
    {
        await Namespace.ApplyAsync(RowManifests.KindsPod("row", "/tmp", ["identity", kind]));
        await Namespace.UntilPodReadyAsync("row");
        JsonObject before = await Namespace.AskKindsAsync("row");
        Assert.Equal("ok", (string?)before[name]);
        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        await Namespace.RestoreAsync("row", "row");
        JsonObject after = await Namespace.AskKindsAsync("row");
        Assert.Equal("ok", (string?)after[name]);
        Assert.Equal((string?)before["identity"], (string?)after["identity"]);
    }
}
