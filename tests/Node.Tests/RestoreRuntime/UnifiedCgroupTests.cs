using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Restores;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>
/// Control groups of version 2 alone, on a machine that may have both versions: the runtimes see nothing but the unified hierarchy. It holds and lets go without
/// any controller.
/// </summary>
public sealed class UnifiedCgroupTests(NodeFixture node)
{
    private const string Groups = "checkpoint-operator-node-tests-unified";
    private const string See = "umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task A_container_is_held_dumped_and_let_go(string name)
    {
        string program = await InstallAsync(name);
        await using Container container = await PrepareAsync(program);
        Assert.Equal((0, 0), await container.StartAsync());
        await container.NextAsync();
        OciRuntime runtime = Runtime(program, name);

        (string folder, _) = await DumpAsync(runtime, container);
        Assert.True(File.Exists(node.PathOf($"{folder}/images/inventory.img")));
        // Still held by the engine's own pause, whatever CRIU did meanwhile.
        Assert.Contains("frozen 1", await EventsAsync(container), StringComparison.Ordinal);
        Assert.Equal("paused", (await runtime.StateAsync(container.Id, TestContext.Current.CancellationToken))!.Status);
        Assert.NotEmpty(await runtime.ProcessesAsync(container.Id, TestContext.Current.CancellationToken));

        await runtime.ResumeAsync(container.Id, TestContext.Current.CancellationToken);
        Assert.Contains("frozen 0", await EventsAsync(container), StringComparison.Ordinal);
        await container.NextAsync();
    }

    // Not with crun: where the kernel has both versions, CRIU restores what it finds in those of version 1 too, and may not there.
    [Fact]
    public async Task A_container_is_restored_into_the_new_containers_group()
    {
        string program = await InstallAsync("runc");
        await using Container source = await PrepareAsync(program);
        await source.StartAsync();
        int before = await source.NextAsync();
        (string folder, OciRuntime runtime) = await DumpAsync(Runtime(program, "runc"), source);
        await runtime.DeleteAsync(source.Id, TestContext.Current.CancellationToken);

        await File.WriteAllTextAsync(node.PathOf($"{folder}/restore.conf"), CriuControlGroups.OptionsFor("v2"), TestContext.Current.CancellationToken);

        var wrapper = new Wrapper(node, program);
        await using AgentStandIn agent = wrapper.Agent(request => [(string?)request["operation"] == "create"
            ? new JsonObject { ["action"] = "restore", ["imagePath"] = $"{folder}/images", ["workPath"] = $"{folder}/work", ["criuConfig"] = $"{folder}/restore.conf" }.ToJsonString()
            : """{"action":"ok"}"""]);
        await using Container copy = await PrepareAsync(program, $"{folder}/restore.conf");
        (int, int) ended = await copy.StartAsync(wrapper.Program, $"--log {wrapper.Log} --log-format json");
        Assert.True(ended == (0, 0), string.Join('\n', wrapper.Messages));
        Assert.True(await copy.NextAsync() > before);
        // The one that the new Pod's limits hold for, and by which it is frozen and killed.
        Assert.Contains("populated 1", await EventsAsync(copy), StringComparison.Ordinal);
    }

    private async Task<(string Folder, OciRuntime Runtime)> DumpAsync(OciRuntime runtime, Container container)
    {
        string folder = $"/run/checkpoints/{container.Id}";
        await node.RunAsync($"mkdir -p {folder}/images {folder}/work; echo skip-in-flight > {folder}/criu.conf");
        await runtime.PauseAsync(container.Id, TestContext.Current.CancellationToken);
        NodeCommandResult dump = await runtime.CheckpointAsync(
            container.Id, knowsSkipInFlight: false, $"{folder}/images", $"{folder}/work", $"{folder}/criu.conf", Limit, TestContext.Current.CancellationToken);
        Assert.True(dump.Succeeded, await node.RunAsync($"grep Error {folder}/work/dump.log || true") + dump.LastLine);
        return (folder, runtime);
    }

    private OciRuntime Runtime(string program, string name) => new(new NodeCommands(node), program, $"/run/{name}");

    // A runtime that sees the unified hierarchy alone.
    private async Task<string> InstallAsync(string runtime)
    {
        string program = $"/run/unified-{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(node.PathOf(program), $"#!/bin/sh\nexec unshare --mount --propagation private /bin/sh -c '{See}; exec \"$@\"' sh {runtime} \"$@\"\n");
        await node.RunAsync($"chmod +x {program}");
        return program;
    }

    private Task<Container> PrepareAsync(string program, string? criuConfig = null) => Container.PrepareAsync(node, program, config =>
    {
        if (criuConfig is not null)
            config["annotations"]!["org.criu.config"] = criuConfig;
        config["linux"]!["cgroupsPath"] = $"/{Groups}/{Guid.NewGuid():N}";
        config["linux"]!.AsObject().Remove("resources");
    });

    private async Task<string> EventsAsync(Container container)
    {
        string config = await File.ReadAllTextAsync(node.PathOf($"{container.Bundle}/config.json"));
        string path = (string)JsonNode.Parse(config)!["linux"]!["cgroupsPath"]!;
        return await node.RunAsync($"exec unshare --mount --propagation private /bin/sh -c '{See}; cat /sys/fs/cgroup{path}/cgroup.events'");
    }
}
