using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>kubectl against the cluster under test.</summary>
public sealed class Kubectl(string kubeconfig)
{
    /// <summary>What a kubectl of one's own needs to reach the cluster.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string> { ["KUBECONFIG"] = kubeconfig };

    /// <summary>Runs kubectl and throws what it said if it failed.</summary>
    public async Task<string> RunAsync(params string[] arguments) => (await TryAsync(arguments)).OrThrow().Output;

    /// <summary>Runs kubectl and tells how it ended.</summary>
    public Task<CommandResult> TryAsync(params string[] arguments) => Make(arguments).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Applies a manifest. An older server drops validations that a newer client would refuse to leave out, so the server alone decides. The first line keeps kubectl from taking what begins with JSON for nothing but JSON.</summary>
    public async Task ApplyAsync(string @namespace, string manifest) => (await Make("-n", @namespace, "apply", "--validate=false", "-f", "-")
        .RunAsync($"---\n{manifest}", cancellationToken: TestContext.Current.CancellationToken)).OrThrow();

    /// <summary>Posts an object to a path of the API server.</summary>
    public async Task PostAsync(string path, string json) =>
        (await Make("create", "--raw", path, "-f", "-").RunAsync(json, cancellationToken: TestContext.Current.CancellationToken)).OrThrow();

    /// <summary>One object, or null if there is none of that name.</summary>
    public async Task<JsonObject?> GetAsync(ObjectReference reference)
    {
        string json = await RunAsync([.. reference.InNamespace, "get", reference.Kind, reference.Name, "--ignore-not-found", "-o", "json"]);
        return json.Length == 0 ? null : JsonNode.Parse(json)!.AsObject();
    }

    /// <summary>All objects of a kind in a namespace, or those of them that labels select.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListAsync(string kind, string @namespace, string selector = "")
    {
        string json = await RunAsync("-n", @namespace, "get", kind, "-l", selector, "-o", "json");
        return [.. JsonNode.Parse(json)!["items"]!.AsArray().Select(item => item!.AsObject())];
    }

    /// <summary>The states of what a path selects from now on, the present ones first; null for one that is deleted. Ends when the server ends the watch.</summary>
    public async IAsyncEnumerable<JsonObject?> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Command watch = Make("get", "--raw", path);
        await foreach (string line in watch.ReadLinesAsync(cancellationToken))
        {
            JsonObject change = JsonNode.Parse(line)!.AsObject();
            switch ((string?)change["type"])
            {
                case "DELETED":
                    yield return null;
                    break;
                case "ERROR":
                    yield break;
                default:
                    yield return change["object"]!.AsObject();
                    break;
            }
        }
    }

    private Command Make(params string[] arguments) => new("kubectl", arguments) { Environment = Environment };
}
