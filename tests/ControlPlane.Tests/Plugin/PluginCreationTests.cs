using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Plugin;

/// <summary>What <c>kubectl checkpoint create</c> and <c>restore</c> make.</summary>
public sealed class PluginCreationTests(TestControlPlane controlPlane)
{
    private const string Checkpoint = "containercheckpoint.checkpoint-operator.io";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_makes_the_object_that_its_options_say_and_tells_its_name()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        string output = await controlPlane.Plugin.RunAsync(
            "create", "pod/web", "-n", space.Name, "-c", "main", "--name", "first", "--engine", "Runtime", "--timeout", "90s", "--ttl", "24h",
            "--after-checkpoint", "DeletePod", "--volumes", "None", "--deletion-policy", "Retain");

        Assert.Equal($"{Checkpoint}/first created\n", output);
        ContainerCheckpointSpec spec = (await space.Checkpoints.GetAsync(space.Key("first"), Cancelled))!.Spec;
        Assert.Equal(
            ("web", "main", CheckpointEngine.Runtime, "90s", "24h", AfterCheckpoint.DeletePod, CheckpointVolumes.None, DeletionPolicy.Retain),
            (spec.Pod, spec.Container, spec.Engine, spec.Timeout, spec.Ttl, spec.AfterCheckpoint, spec.Volumes, spec.DeletionPolicy));
    }

    [Fact]
    public async Task Without_a_name_the_server_makes_one_of_the_Pods()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        string name = (await controlPlane.Plugin.RunAsync("create", "web", "-n", space.Name, "-o", "name")).Trim();

        Assert.StartsWith($"{Checkpoint}/web-", name, StringComparison.Ordinal);
        Assert.NotNull(await space.Checkpoints.GetAsync(space.Key(name.Split('/')[1]), Cancelled));
    }

    [Fact]
    public async Task A_dry_run_prints_what_would_be_made_and_makes_nothing()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        JsonObject here = JsonNode.Parse(await controlPlane.Plugin.RunAsync("create", "web", "--name", "first", "-n", space.Name, "--dry-run", "client", "-o", "json"))!.AsObject();
        JsonObject there = JsonNode.Parse(await controlPlane.Plugin.RunAsync("create", "web", "--name", "first", "-n", space.Name, "--dry-run", "server", "-o", "json"))!.AsObject();

        Assert.Equal("web", (string?)here["spec"]!["pod"]);
        Assert.Null(here["metadata"]!["uid"]);
        Assert.NotNull(there["metadata"]!["uid"]);
        Assert.Empty((await space.Checkpoints.ListAsync(new ResourceScope(space.Name), Cancelled)).Items);
    }

    [Fact]
    public async Task Restore_names_one_checkpoint_or_each_containers()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        await controlPlane.Plugin.RunAsync(
            "restore", "checkpoint/first", "-n", space.Name, "--name", "one", "--pod-name", "copy", "--on-container-restart", "RestoreAgain", "--tcp-connections", "Close");
        await controlPlane.Plugin.RunAsync("restore", "-n", space.Name, "--name", "two", "-c", "left=a", "-c", "right=b");

        ContainerRestoreSpec one = (await space.Restores.GetAsync(space.Key("one"), Cancelled))!.Spec;
        Assert.Equal(("first", "copy", OnContainerRestart.RestoreAgain, TcpConnections.Close), (one.Checkpoint, one.PodName, one.OnContainerRestart, one.TcpConnections));
        ContainerRestoreSpec two = (await space.Restores.GetAsync(space.Key("two"), Cancelled))!.Spec;
        Assert.Equal([("left", "a"), ("right", "b")], two.Containers!.Select(container => (container.Name, container.Checkpoint)));
        foreach (string[] wrong in new string[][] { [], ["first", "-c", "left=a"], ["-c", "left"], ["node/first"] })
            Assert.Equal(2, (await controlPlane.Plugin.TryAsync(["restore", "-n", space.Name, .. wrong])).ExitCode);
    }

    [Fact]
    public async Task With_wait_it_comes_back_when_the_checkpoint_is_Ready()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        Task<string> plugin = controlPlane.Plugin.RunAsync("create", "web", "-n", space.Name, "--name", "first", "--wait", "--wait-timeout", "2m");
        await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));

        Assert.Equal($"{Checkpoint}/first created\n{Checkpoint}/first is Ready\n", await plugin);
    }
}
