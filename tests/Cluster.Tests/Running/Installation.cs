using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>The operator as `kubectl apply -k` installs it.</summary>
public sealed class Installation(Kubectl kubectl, string kustomization)
{
    /// <summary>Its namespace.</summary>
    public const string Namespace = "checkpoint-operator-system";

    /// <summary>The Deployment of the operator and its ServiceAccount.</summary>
    public const string Operator = "checkpoint-operator";

    /// <summary>The DaemonSet of the agent and its ServiceAccount.</summary>
    public const string Agent = "checkpoint-agent";

    /// <summary>Installs it, or brings what is there up to date, and waits until each node can be worked on.</summary>
    public async Task InstallAsync()
    {
        await kubectl.RunAsync("apply", "--validate=false", "-k", kustomization);
        await AwaitReadyAsync();
    }

    /// <summary>Replaces the Pods of the operator and the agents.</summary>
    public async Task RestartAsync()
    {
        await kubectl.RunAsync("-n", Namespace, "rollout", "restart", $"deployment/{Operator}", $"daemonset/{Agent}");
        await AwaitReadyAsync();
    }

    /// <summary>Waits until the operator and the agents run and each node says that it can checkpoint and restore.</summary>
    public async Task AwaitReadyAsync()
    {
        await kubectl.RunAsync("-n", Namespace, "rollout", "status", $"deployment/{Operator}", "--timeout=120s");
        await kubectl.RunAsync("-n", Namespace, "rollout", "status", $"daemonset/{Agent}", "--timeout=120s");
        await AwaitNodesAsync();
    }

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

    /// <summary>Removes it and waits until it is gone.</summary>
    public Task UninstallAsync() => kubectl.RunAsync("delete", "-k", kustomization, "--ignore-not-found", "--wait=true", "--timeout=100s");

    private async Task<IEnumerable<string>> NodesAsync()
    {
        string json = await kubectl.RunAsync("get", "nodes", "-o", "json");
        return JsonNode.Parse(json)!["items"]!.AsArray().Select(node => (string)node!["metadata"]!["name"]!);
    }
}
