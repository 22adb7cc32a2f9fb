using System.Text.Json.Nodes;

using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.Node.Tests.RestoreRuntime;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.Node.Tests.Containers;

public sealed class OciRuntimeTests(NodeFixture node)
{
    // Connected to itself, and never accepts: what a probe finds that comes while the container is frozen.
    private const string Program = """
        import itertools, socket, time
        server = socket.create_server(('127.0.0.1', 8080))
        client = socket.create_connection(('127.0.0.1', 8080))
        for count in itertools.count():
            print(count, flush=True)
            time.sleep(0.2)
        """;

    [Theory]
    [InlineData("/usr/sbin/runc", "/run/runc")]
    [InlineData("/usr/lib/containerd-2/runc", "/run/runc")]
    [InlineData("/usr/bin/crun", "/run/crun")]
    public async Task A_connection_that_the_program_has_not_accepted_yet_does_not_spoil_the_dump(string path, string root)
    {
        await using Container container = await Container.PrepareAsync(node, path, SetProgram);
        await node.RunAsync($"cd {container.Bundle}/rootfs && mkdir usr && ln -s usr/lib usr/lib64 . && ip netns exec {container.Id} ip link set lo up");
        Assert.Equal((0, 0), await container.StartAsync());
        await container.NextAsync();
        string folder = $"/run/checkpoints/{container.Id}";
        await node.RunAsync($"mkdir -p {folder}/images {folder}/work; echo skip-in-flight > {folder}/criu.conf");
        var runtime = new OciRuntime(new NodeCommands(node), path, root);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        using var files = new NodeRoot(node.Root);
        bool knowsSkipInFlight = await new OciRuntimeProbe(new NodeCommandRunner(new NodeCommands(node), files)).KnowsSkipInFlightAsync(path, cancellationToken);
        NodeCommandResult dump = await runtime.CheckpointAsync(
            container.Id, knowsSkipInFlight, $"{folder}/images", $"{folder}/work", $"{folder}/criu.conf", TimeSpan.FromMinutes(2), cancellationToken);

        Assert.True(dump.Succeeded, await node.RunAsync($"grep Error {folder}/work/dump.log || true"));
        Assert.Contains("Skipping in-flight connection", await node.RunAsync($"cat {folder}/work/dump.log"), StringComparison.Ordinal);
        // It goes on.
        await container.NextAsync();
    }

    private static void SetProgram(JsonObject config)
    {
        config["process"]!["args"] = new JsonArray("/usr/bin/python3", "-c", Program);
        config["mounts"]!.AsArray().Add(new JsonObject
        {
            ["destination"] = "/usr",
            ["type"] = "bind",
            ["source"] = "/usr",
            ["options"] = new JsonArray("rbind", "ro"),
        });
    }
}
