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
