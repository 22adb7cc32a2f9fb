using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>
/// A release of the chart, kept as helm keeps one: an upgrade applies what the chart gives and deletes what it gives no more, and uninstalling deletes all but what
/// the chart says to keep. The chart is rendered by eng/helm.
/// </summary>
public sealed class ChartRelease(ClusterFixture cluster) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("chart-release-");
    private IReadOnlyList<JsonObject> _objects = [];

    /// <summary>The chart of this source.</summary>
    public static string Chart { get; } = Path.Combine(RepositoryFolder.Path, "charts", "checkpoint-operator");

    /// <summary>
    /// The chart of the commit before this one, with what its links lead to; that of this commit where there is no history (an exported source, a shallow clone)
    /// or where that one had no chart.
    /// </summary>
    public async Task<string> PreviousAsync()
    {
        string archive = Path.Combine(_folder.FullName, "previous.tar");
        CommandResult found = await new Command("git", "-C", RepositoryFolder.Path, "archive", "--output", archive, "HEAD^", "charts", "config").RunAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(found.ExitCode == 0 ? "upgraded from the commit before" : $"upgraded from the same chart: {found.Error}");
        if (found.ExitCode != 0)
            return Chart;
        (await new Command("tar", "-xf", archive, "-C", _folder.FullName).RunAsync()).OrThrow();
        return Path.Combine(_folder.FullName, "charts", "checkpoint-operator");
    }

    /// <summary>Installs or upgrades it, and waits until each node can be worked on.</summary>
    public async Task UpgradeAsync(string chart)
    {
        IReadOnlyList<JsonObject> before = _objects;
        string file = await RenderAsync(chart, "release", "--no-hooks");
        _objects = await ReadAsync(file);
        // Servers before 1.25 refuse the rules in the kinds on the client's side.
        await cluster.Kubectl.RunAsync("apply", "--validate=false", "-f", file);
        await DeleteAsync([.. before.Where(value => !IsKept(value) && !_objects.Any(other => Name(other) == Name(value)))]);
        await cluster.Kubectl.RunAsync("-n", Installation.Namespace, "rollout", "status", $"deployment/{Installation.Operator}", "--timeout=180s");
        await cluster.Kubectl.RunAsync("-n", Installation.Namespace, "rollout", "status", $"daemonset/{Installation.Agent}", "--timeout=180s");
        await cluster.Installation.AwaitNodesAsync();
    }

    /// <summary>Does what `helm test` does, but for the image: runs the test Pods' commands with the rights of their account.</summary>
    public async Task TestAsync()
    {
        string file = await RenderAsync(Chart, "tests");
        IReadOnlyList<JsonObject> hooks = [.. (await ReadAsync(file)).Where(value => (string?)value["metadata"]?["annotations"]?["helm.sh/hook"] == "test")];
        IReadOnlyList<JsonObject> pods = [.. hooks.Where(value => (string?)value["kind"] == "Pod")];
        Assert.NotEmpty(pods);
        try
        {
            await cluster.Kubectl.RunAsync("apply", "-f", await WriteAsync("hooks", hooks.Except(pods)));
            foreach (JsonNode spec in pods.Select(pod => pod["spec"]!))
            {
                JsonNode container = spec["containers"]![0]!;
                Assert.Equal("kubectl", (string?)container["command"]![0]);
                string account = $"system:serviceaccount:{Installation.Namespace}:{spec["serviceAccountName"]}";
                await cluster.Kubectl.RunAsync([.. container["args"]!.AsArray().Select(argument => (string)argument!), "--as", account]);
            }
        }
        finally
        {
            await DeleteAsync([.. hooks.Except(pods)]);
        }
    }

    /// <summary>Takes the runtime handler out of the nodes, as NOTES.txt says, and removes the release; gives the objects that are kept.</summary>
    public async Task<IReadOnlyList<JsonObject>> UninstallAsync()
    {
        await cluster.Kubectl.RunAsync("-n", Installation.Namespace, "exec", await cluster.Installation.AgentPodAsync(), "--", "checkpoint-agent", "uninstall-runtime");
        await DeleteAsync([.. _objects.Where(value => !IsKept(value))]);
        return [.. _objects.Where(IsKept)];
    }

    /// <summary>The kinds and names of the release's objects that the cluster has.</summary>
    public async Task<IReadOnlyList<string>> PresentAsync() =>
        [.. (await cluster.Kubectl.RunAsync("get", "--ignore-not-found", "-o", "name", "-f", await WriteAsync("present", _objects))).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    // In the foreground: a Deployment is gone after its Pods.
    private async Task DeleteAsync(IReadOnlyList<JsonObject> objects)
    {
        if (objects.Count > 0)
            await cluster.Kubectl.RunAsync("delete", "--ignore-not-found", "--cascade=foreground", "--timeout=110s", "-f", await WriteAsync("deleted", objects));
    }

    private async Task<string> WriteAsync(string name, IEnumerable<JsonObject> objects)
    {
        string file = Path.Combine(_folder.FullName, $"{name}.json");
        var list = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. objects.Select(value => value.DeepClone())]) };
        await File.WriteAllTextAsync(file, list.ToJsonString());
        return file;
    }

    private async Task<string> RenderAsync(string chart, string name, params string[] options)
    {
        string file = Path.Combine(_folder.FullName, $"{name}.yaml");
        string values = Path.Combine(_folder.FullName, "values.json");
        // The local cluster's images are loaded, not pulled, and its node has no systemd; another cluster's are what the chart names.
        await File.WriteAllTextAsync(values, cluster.IsLocal
            ? """{"operator": {"image": {"registry": "docker.io"}}, "agent": {"image": {"registry": "docker.io"}, "settings": {"restartCommand": "/usr/local/sbin/restart-containerd"}}}"""
            : "{}");
        CommandResult rendered = (await new Command(
            Path.Combine(RepositoryFolder.Path, "eng", "helm"), ["template", "checkpoint-operator", chart, "--namespace", Installation.Namespace, "--values", values, .. options])
            .RunAsync(deadline: TimeSpan.FromMinutes(5))).OrThrow();
        await File.WriteAllTextAsync(file, rendered.Output);
        return file;
    }

    // The client turns YAML into JSON; it asks no server.
    private async Task<IReadOnlyList<JsonObject>> ReadAsync(string file)
    {
        byte[] json = Encoding.UTF8.GetBytes(await cluster.Kubectl.RunAsync("create", "--dry-run=client", "--validate=false", "-f", file, "-o", "json"));
        List<JsonObject> objects = [];
        // One after the other, in no list.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
            objects.Add(JsonNode.Parse(ref reader)!.AsObject());
        return objects;
    }

    private static bool IsKept(JsonObject value) => (string?)value["metadata"]?["annotations"]?["helm.sh/resource-policy"] == "keep";

    private static string Name(JsonObject value) => $"{value["kind"]}/{value["metadata"]!["namespace"]}/{value["metadata"]!["name"]}";
}
