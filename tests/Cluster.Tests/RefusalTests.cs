using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>What cannot be done is said, with what to do; once the cause is mended the object goes on.</summary>
public sealed class RefusalTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    [Fact]
    public async Task A_checkpoint_of_an_unknown_pod_waits_for_it_and_goes_on()
    {
        await Namespace.ApplyAsync(Manifests.Checkpoint("early", "server"));
        JsonObject waiting = await Namespace.UntilRefusedAsync(Namespace.Checkpoint("early"), "Ready", "PodNotFound");
        Assert.Contains("server", waiting.Message("Ready"), StringComparison.Ordinal);
        Assert.Contains(Namespace.Name, waiting.Message("Ready"), StringComparison.Ordinal);

        await Namespace.StartServerAsync("server");
        await Namespace.UntilReadyAsync(Namespace.Checkpoint("early"));
    }

    [Fact]
    public async Task A_checkpoint_does_not_reach_into_another_namespace()
    {
        await Namespace.StartServerAsync("server");
        await using TestNamespace other = await TestNamespace.CreateAsync(Cluster);
        await other.ApplyAsync(Manifests.Checkpoint("reach", "server"));
        JsonObject refused = await other.UntilRefusedAsync(other.Checkpoint("reach"), "Ready", "PodNotFound");
        Assert.Contains(other.Name, refused.Message("Ready"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_does_not_reach_into_another_namespace()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        await using TestNamespace other = await TestNamespace.CreateAsync(Cluster);
        await other.ApplyAsync(Manifests.Restore("reach", "first"));
        JsonObject refused = await other.UntilRefusedAsync(other.Restore("reach"), "Preflight", "CheckpointNotFound");
        Assert.Contains(other.Name, refused.Message("Preflight"), StringComparison.Ordinal);
        Assert.Empty(await Cluster.Kubectl.ListAsync("pods", other.Name));
    }

    [Fact]
    public async Task A_checkpoint_of_an_unknown_container_names_those_that_there_are()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.ApplyAsync(Manifests.Checkpoint("wrong", "server", "container: sidecar"));
        JsonObject refused = await Namespace.UntilRefusedAsync(Namespace.Checkpoint("wrong"), "Ready", "ContainerNotFound");
        Assert.Contains("sidecar", refused.Message("Ready"), StringComparison.Ordinal);
        Assert.Contains("server", refused.Message("Ready"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_of_a_pod_with_two_containers_asks_which_one()
    {
        await Namespace.ApplyAsync(Manifests.ShellPod("pair", "Always", ("left", "sleep infinity"), ("right", "sleep infinity")));
        await Namespace.UntilPodReadyAsync("pair");
        await Namespace.ApplyAsync(Manifests.Checkpoint("either", "pair"));
        JsonObject refused = await Namespace.UntilRefusedAsync(Namespace.Checkpoint("either"), "Ready", "ContainerRequired");
        Assert.Contains("left", refused.Message("Ready"), StringComparison.Ordinal);
        Assert.Contains("right", refused.Message("Ready"), StringComparison.Ordinal);

        await Namespace.CheckpointAsync("one", "pair", "container: right");
    }

    [Fact]
    public async Task A_checkpoint_of_a_pod_that_does_not_run_yet_waits_for_it_and_goes_on()
    {
        await Namespace.ApplyAsync($"{Manifests.ServerConfigMaps()}\n---\n{Manifests.ServerPod("server", setting: "later")}");
        await Namespace.ApplyAsync(Manifests.Checkpoint("early", "server"));
        await Namespace.UntilRefusedAsync(Namespace.Checkpoint("early"), "Ready", "PodNotRunning");

        await Namespace.KubectlAsync("create", "configmap", "later", "--from-literal=greeting=late");
        await Namespace.UntilReadyAsync(Namespace.Checkpoint("early"), deadline: TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_checkpoint_of_a_finished_pod_says_that_it_does_not_run()
    {
        await Namespace.ApplyAsync(Manifests.ShellPod("done", "Never", ("done", "true")));
        await Namespace.UntilAsync(Namespace.Pod("done"), pod => pod.Phase == "Succeeded", "has ended");
        await Namespace.ApplyAsync(Manifests.Checkpoint("late", "done"));
        JsonObject refused = await Namespace.UntilRefusedAsync(Namespace.Checkpoint("late"), "Ready", "PodNotRunning");
        Assert.Contains("Succeeded", refused.Message("Ready"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_of_an_unknown_checkpoint_waits_for_it_and_goes_on()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.ApplyAsync(Manifests.Restore("copy", "later"));
        await Namespace.UntilRefusedAsync(Namespace.Restore("copy"), "Preflight", "CheckpointNotFound");

        await Namespace.CheckpointAsync("later", "server");
        await Namespace.UntilReadyAsync(Namespace.Restore("copy"));
    }

    [Fact]
    public async Task A_restore_under_a_name_that_is_taken_waits_until_it_is_free()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        await Namespace.ApplyAsync(Manifests.Restore("copy", "first", "podName: server"));
        await Namespace.UntilRefusedAsync(Namespace.Restore("copy"), "Preflight", "PodNameTaken");

        await Namespace.DeletePodAsync("server");
        await Namespace.UntilReadyAsync(Namespace.Restore("copy"));
    }

    [Fact]
    public async Task A_restore_whose_archive_is_gone_goes_on_when_it_is_put_back()
    {
        await Namespace.StartServerAsync("server");
        string archive = (await Namespace.CheckpointAsync("first", "server")).Status("archive", "path")!;
        await Cluster.Node.RunAsync($"mv {archive} {archive}.away");
        await Namespace.ApplyAsync(Manifests.Restore("copy", "first"));
        // Told when the container is created, and before a Pod is made where the agent has looked for the archive meanwhile.
        JsonObject refused = await Namespace.UntilAsync(
            Namespace.Restore("copy"), value => value.Says("Restored", "False", "ArchiveMissing") || value.Says("Preflight", "False", "ArchiveMissing"), "says that the archive is missing");
        await Namespace.UntilRefusedAsync(Namespace.Restore("copy"), refused.Says("Restored", "False", "ArchiveMissing") ? "Restored" : "Preflight", "ArchiveMissing");
        if (refused.Says("Restored", "False"))
            await AssertNeverStartedAsync("copy");

        await Cluster.Node.RunAsync($"mv {archive}.away {archive}");
        // It looks again every five minutes.
        await Namespace.UntilReadyAsync(Namespace.Restore("copy"), deadline: TimeSpan.FromMinutes(8));
    }

    [Fact]
    public async Task A_restore_whose_archive_was_altered_by_one_byte_goes_on_when_it_is_mended()
    {
        await Namespace.StartServerAsync("server");
        JsonObject checkpoint = await Namespace.CheckpointAsync("first", "server");
        string archive = checkpoint.Status("archive", "path")!;
        long middle = long.Parse(checkpoint.Status("archive", "sizeBytes")!, null) / 2;
        string flip = $$"""
            byte=$(od -An -tu1 -j {{middle}} -N 1 {{archive}})
            printf "\\$(printf %o $((byte ^ 1)))" | dd of={{archive}} bs=1 seek={{middle}} conv=notrunc status=none
            """;
        await Cluster.Node.RunAsync(flip);
        await Namespace.ApplyAsync(Manifests.Restore("copy", "first"));
        await Namespace.UntilRefusedAsync(Namespace.Restore("copy"), "Restored", "DigestMismatch");
        await AssertNeverStartedAsync("copy");

        await Cluster.Node.RunAsync(flip);
        await Namespace.UntilReadyAsync(Namespace.Restore("copy"), deadline: TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task An_ordinary_pod_with_a_forged_restore_annotation_does_not_start_from_the_archive()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        await Namespace.RestoreAsync("copy", "first");

        const string Forged = "{restore.checkpoint-operator.io/server: copy}";
        await Namespace.ApplyAsync(Manifests.ServerPod("forged", "checkpoint-restore", Forged));
        await Namespace.UntilAsync(Namespace.Pod("forged"), pod => pod.FirstContainer?["state"]?["waiting"]?["message"]?.ToString().Contains("copy", StringComparison.Ordinal) == true, "is refused by name");
        await AssertNeverStartedAsync("forged");
        string description = await Namespace.KubectlAsync("describe", "pod", "forged");
        Assert.Contains("Failed", description, StringComparison.Ordinal);

        // Without the restore runtime the annotation means nothing: the program starts afresh.
        await Namespace.ApplyAsync(Manifests.ServerPod("plain", annotations: Forged));
        await Namespace.UntilPodReadyAsync("plain");
        ServerState plain = await Namespace.AskAsync("plain");
        Assert.NotEqual((await Namespace.AskAsync("copy")).Identity, plain.Identity);
    }

    private async Task AssertNeverStartedAsync(string pod)
    {
        JsonObject value = await Namespace.UntilAsync(Namespace.Pod(pod), pod => pod.FirstContainer is not null, "has a container");
        JsonNode container = value.FirstContainer!;
        Assert.Null(container["state"]?["running"]);
        Assert.Null(container["lastState"]?["running"]);
        Assert.NotEqual(true, (bool?)container["started"]);
        CommandResult log = await Namespace.TryKubectlAsync("logs", pod);
        Assert.DoesNotContain("tick", log.Output, StringComparison.Ordinal);
    }
}
