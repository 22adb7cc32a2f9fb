using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>A bundle as a container engine prepares one: busybox alone in its root file system, namespaces of a Pod joined by path.</summary>
internal static class CountingBundle
{
    /// <summary>Prepares one whose process prints a number five times a second.</summary>
    /// <param name="node">The node.</param>
    /// <param name="runtime">The runtime that writes the bundle's first configuration.</param>
    /// <param name="id">The container's id, also the name of its network namespace.</param>
    /// <param name="bundle">The bundle's folder.</param>
    /// <param name="rootFs">The root file system's folder, absolute or in the bundle.</param>
    /// <param name="configure">Changes the configuration.</param>
    public static async Task PrepareAsync(NodeFixture node, string runtime, string id, string bundle, string rootFs, Action<JsonObject> configure)
    {
        await node.RunAsync($$"""
            set -e
            mkdir -p {{bundle}}
            cd {{bundle}}
            mkdir -p {{rootFs}}/bin
            cp /usr/bin/busybox {{rootFs}}/bin/
            ln -s busybox {{rootFs}}/bin/sh
            {{runtime}} spec
            ip netns add {{id}}
            """);
        string path = node.PathOf($"{bundle}/config.json");
        JsonObject config = JsonNode.Parse(await File.ReadAllTextAsync(path))!.AsObject();
        JsonObject process = config["process"]!.AsObject();
        process["terminal"] = false;
        process["args"] = new JsonArray("/bin/sh", "-c", "i=0; while :; do echo $i; i=$((i+1)); busybox sleep 0.2; done");
        config["root"] = new JsonObject { ["path"] = rootFs };
        config["linux"]!["cgroupsPath"] = $"/checkpoint-operator-node-tests/{id}";
        JsonObject network = config["linux"]!["namespaces"]!.AsArray().Select(item => item!.AsObject()).First(item => (string)item["type"]! == "network");
        network["path"] = $"/run/netns/{id}";
        configure(config);
        await File.WriteAllTextAsync(path, config.ToJsonString());
    }
}
