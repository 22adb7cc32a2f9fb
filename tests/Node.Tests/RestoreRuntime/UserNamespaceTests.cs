using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>Containers whose root is none outside.</summary>
public sealed class UserNamespaceTests(NodeFixture node)
{
    private const int FirstId = 100_000;

    [Fact]
    public async Task A_process_in_a_user_namespace_of_its_own_goes_on_with_the_ids_that_it_had()
    {
        await using Container source = await PrepareAsync();
        Assert.Equal((0, 0), await source.StartAsync());
        Assert.Equal($"{FirstId}", await OwnerAsync(source));
        (string folder, int last) = await source.CheckpointAsync();

        await using Container copy = await PrepareAsync();
        (Wrapper wrapper, AgentStandIn agent) = Restore(folder);
        await using AgentStandIn _ = agent;
        (int, int) ended = await copy.StartAsync(wrapper.Program, $"--log {wrapper.Log} --log-format json");
        Assert.True(ended == (0, 0), string.Join('\n', wrapper.Messages));
        Assert.Equal(last + 1, await copy.NextAsync());
        Assert.Equal($"{FirstId}", await OwnerAsync(copy));
    }

    // What the preflight refuses Pods with hostUsers: false for: when this test fails, CRIU has learnt it.
    [Fact]
    public async Task CRIU_cannot_restore_into_a_Pods_user_namespace_because_it_makes_one_that_may_not_enter_the_Pods_network()
    {
        await using Container source = await PrepareAsync(await PauseAsync());
        Assert.Equal((0, 0), await source.StartAsync());
        (string folder, int _) = await source.CheckpointAsync();

        await using Container copy = await PrepareAsync(await PauseAsync());
        (Wrapper wrapper, AgentStandIn agent) = Restore(folder);
        await using AgentStandIn ending = agent;
        Assert.NotEqual(0, await copy.CreateAsync(wrapper.Program, $"--log {wrapper.Log} --log-format json"));
        Assert.Contains("net: Operation not permitted", await node.RunAsync($"grep 'Error (' {folder}/work/restore.log"), StringComparison.Ordinal);
    }

    // A Pod's first process, in namespaces that belong to its user namespace; ends with the node.
    private async Task<string> PauseAsync() => (await node.RunAsync($$"""
        unshare --user --net --ipc --uts sleep infinity > /dev/null 2>&1 < /dev/null &
        until [ "$(readlink /proc/$!/ns/user)" != "$(readlink /proc/self/ns/user)" ] && [ "$(cat /proc/$!/comm)" = sleep ]; do :; done
        echo 0 {{FirstId}} 65536 > /proc/$!/uid_map
        echo 0 {{FirstId}} 65536 > /proc/$!/gid_map
        echo $!
        """)).Trim();

    private async Task<Container> PrepareAsync(string? pause = null)
    {
        Container container = await Container.PrepareAsync(node, "runc", config =>
        {
            JsonObject linux = config["linux"]!.AsObject();
            if (pause is null)
            {
                // The node's own network: CRIU leaves that alone.
                linux["namespaces"] = new JsonArray([.. Kinds(linux).Where(kind => kind != "network").Append("user").Select(Namespace)]);
                linux["uidMappings"] = Map();
                linux["gidMappings"] = Map();
            }
            else
            {
                linux["namespaces"] = new JsonArray([Namespace("pid"), Namespace("mount"), Joined("user", "user"), Joined("network", "net"), Joined("ipc", "ipc"), Joined("uts", "uts")]);
            }
            string[] ofTheNode = ["/sys", "/sys/fs/cgroup", "/dev/mqueue"];
            config["mounts"] = new JsonArray([.. config["mounts"]!.AsArray().Where(mount => !ofTheNode.Contains((string)mount!["destination"]!)).Select(mount => mount!.DeepClone())]);
        });
        await node.RunAsync($"chown -R {FirstId}:{FirstId} {container.Bundle}/rootfs");
        return container;

        JsonNode Joined(string kind, string file) => new JsonObject { ["type"] = kind, ["path"] = $"/proc/{pause}/ns/{file}" };
    }

    private static IEnumerable<string> Kinds(JsonObject linux) => linux["namespaces"]!.AsArray().Select(item => (string)item!["type"]!);

    private static JsonNode Namespace(string kind) => new JsonObject { ["type"] = kind };

    private static JsonArray Map() => [new JsonObject { ["containerID"] = 0, ["hostID"] = FirstId, ["size"] = 65_536 }];

    private (Wrapper Wrapper, AgentStandIn Agent) Restore(string folder)
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        return (wrapper, wrapper.Agent(request => [(string?)request["operation"] == "create"
            ? new JsonObject { ["action"] = "restore", ["imagePath"] = $"{folder}/images", ["workPath"] = $"{folder}/work" }.ToJsonString()
            : """{"action":"ok"}"""]));
    }

    private async Task<string> OwnerAsync(Container container) => (await node.RunAsync($"stat -c %u /proc/$(cat {container.Bundle}/pid)")).Trim();
}
