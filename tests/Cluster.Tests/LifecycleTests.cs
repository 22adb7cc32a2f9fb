namespace CheckpointOperator.Cluster.Tests;

/// <summary>What becomes of objects, archives and Pods when one of them goes.</summary>
public sealed class LifecycleTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    [Fact]
    public async Task Deleting_a_checkpoint_deletes_its_archive_unless_it_is_to_be_kept()
    {
        await Namespace.StartServerAsync("server");
        string deleted = (await Namespace.CheckpointAsync("deleted", "server")).Status("archive", "path")!;
        string kept = (await Namespace.CheckpointAsync("kept", "server", "deletionPolicy: Retain")).Status("archive", "path")!;
        Assert.Equal("600 root", (await Cluster.Node.RunAsync($"stat -c '%a %U' {deleted}")).Trim());

        await Namespace.KubectlAsync("delete", "containercheckpoints", "deleted", "kept", "--timeout=120s");
        Assert.NotEqual(0, (await Cluster.Node.TryAsync($"test -e {deleted}")).ExitCode);
        await Cluster.Node.RunAsync($"test -e {kept} && rm {kept}");
    }

    [Fact]
    public async Task A_checkpoint_goes_when_its_time_is_over()
    {
        await Namespace.StartServerAsync("server");
        string archive = (await Namespace.CheckpointAsync("short", "server", "ttl: 3s")).Status("archive", "path")!;
        await Namespace.KubectlAsync("wait", "--for=delete", "containercheckpoint/short", "--timeout=120s");
        Assert.NotEqual(0, (await Cluster.Node.TryAsync($"test -e {archive}")).ExitCode);
    }

    [Fact]
    public async Task Deleting_a_restore_deletes_its_pod_and_leaves_the_checkpoint()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        await Namespace.RestoreAsync("copy", "first");
        await Namespace.KubectlAsync("delete", "containerrestore", "copy", "--timeout=120s");
        await Namespace.KubectlAsync("wait", "--for=delete", "pod/copy", "--timeout=120s");
        await Namespace.RestoreAsync("another", "first");
        await Namespace.UntilPodReadyAsync("another");
    }
}
