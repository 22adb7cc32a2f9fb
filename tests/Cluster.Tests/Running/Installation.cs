using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>The operator as eng/install installs it, by `kubectl apply -k`.</summary>
public sealed class Installation(Kubectl kubectl, string script)
{
    /// <summary>Its namespace.</summary>
    public const string Namespace = "checkpoint-operator-system";

    /// <summary>The Deployment of the operator and its ServiceAccount.</summary>
    public const string Operator = "checkpoint-operator";

    /// <summary>The DaemonSet of the agent and its ServiceAccount.</summary>
    public const string Agent = "checkpoint-agent";

    private static readonly TimeSpan BuildOfImages = TimeSpan.FromMinutes(15);

    /// <summary>Installs it, or brings what is there up to date, and waits until each node can be worked on.</summary>
    public Task InstallAsync() => RunAsync();

    /// <summary>Waits until each node says that it can checkpoint and restore.</summary>
    public async Task AwaitNodesAsync()
    {
        foreach (string node in await NodesAsync())
        {
            var reference = new ObjectReference("checkpointnodes", node);
            await new Awaiter(kubectl).UntilAsync(
                reference, value => value.Says("CanCheckpoint", "True") && value.Says("CanRestore", "True"), "can checkpoint and restore");
        }
    }

    /// <summary>A Pod of the installation.</summary>
    public static ObjectReference Pod(string name) => new("pods", name, Namespace);

    /// <summary>The name of the node's one agent.</summary>
    public async Task<string> AgentPodAsync() => (await kubectl.RunAsync("-n", Namespace, "get", "pods", "-l", "app.kubernetes.io/component=agent", "-o", "jsonpath={.items[*].metadata.name}")).Trim();

    /// <summary>Sets a variable of the agent, or takes it away again, and waits until an agent with it works.</summary>
    public async Task SetAgentAsync(string variable, string? value)
    {
        await kubectl.RunAsync("-n", Namespace, "set", "env", $"daemonset/{Agent}", value is null ? $"{variable}-" : $"{variable}={value}");
        await kubectl.RunAsync("-n", Namespace, "rollout", "status", $"daemonset/{Agent}", "--timeout=120s");
    }

    /// <summary>Starts another agent, as it is made by mistake: a Pod like that of the DaemonSet, but for what would make it the DaemonSet's own.</summary>
    public async Task StartSecondAgentAsync(string name)
    {
        JsonNode first = JsonNode.Parse(await kubectl.RunAsync("-n", Namespace, "get", "pod", await AgentPodAsync(), "-o", "json"))!;
        var second = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = first["spec"]!.DeepClone(),
        };
        await kubectl.ApplyAsync(Namespace, second.ToJsonString());
    }

    /// <summary>What a Pod of the installation has logged.</summary>
    public Task<string> LogAsync(string pod) => kubectl.RunAsync("-n", Namespace, "logs", pod);

    /// <summary>Deletes a Pod of the installation.</summary>
    public Task DeletePodAsync(string name) => kubectl.RunAsync("-n", Namespace, "delete", "pod", name, "--grace-period=1", "--timeout=120s");

    /// <summary>Takes the runtime handler out of the nodes, removes the rest and waits until it is gone.</summary>
    public Task UninstallAsync() => RunAsync("--remove");

    private async Task RunAsync(params string[] arguments) =>
        (await new Command(script, arguments) { Environment = kubectl.Environment }.RunAsync(deadline: BuildOfImages)).OrThrow();

    private async Task<IEnumerable<string>> NodesAsync()
    {
        string json = await kubectl.RunAsync("get", "nodes", "-o", "json");
        return JsonNode.Parse(json)!["items"]!.AsArray().Select(node => (string)node!["metadata"]!["name"]!);
    }
}
