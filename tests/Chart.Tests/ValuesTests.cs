using System.Reflection;
using System.Text.Json.Nodes;
using CheckpointOperator.NodeAgent;

namespace CheckpointOperator.Chart.Tests;

/// <summary>values.yaml and its schema.</summary>
public sealed class ValuesTests
{
    [Theory]
    [InlineData("operator: {replica: 2}", "replica")]
    [InlineData("operator: {replicas: two}", "replicas")]
    [InlineData("operator: {replicas: -1}", "replicas")]
    [InlineData("watchNamespace: Team_A", "watchNamespace")]
    [InlineData("watchNamespace: [a, b]", "watchNamespace")]
    [InlineData("operator: {image: {pullPolicy: Sometimes}}", "pullPolicy")]
    [InlineData("operator: {image: {tag: 'a b'}}", "tag")]
    [InlineData("agent: {image: {digest: 'sha256:short'}}", "digest")]
    [InlineData("agent: {image: {repository: ''}}", "repository")]
    [InlineData("agent: {healthPort: 70000}", "healthPort")]
    [InlineData("agent: {metricsPort: 0}", "metricsPort")]
    [InlineData("metrics: {podMonitor: {interval: 30}}", "interval")]
    [InlineData("metrics: {serviceMonitor: {scrapeTimeout: ten}}", "scrapeTimeout")]
    [InlineData("metrics: {dashboard: {label: {}}}", "label")]
    [InlineData("agent: {settings: {storage: /data}}", "storage")]
    [InlineData("agent: {settings: {restoreAttempts: many}}", "restoreAttempts")]
    [InlineData("operator: {settings: {agentGrace: 2m}}", "agentGrace")]
    [InlineData("operator: {settings: {namespace: team-a}}", "namespace")]
    [InlineData("agent: {resources: {limits: {memory: lots}}}", "memory")]
    [InlineData("agent: {resources: {memory: 1Gi}}", "memory")]
    [InlineData("agent: {tolerations: [{operator: Maybe}]}", "tolerations")]
    [InlineData("agent: {nodeSelector: {gpu: true}}", "gpu")]
    [InlineData("operator: {extraEnv: {A: b}}", "extraEnv")]
    [InlineData("operator: {extraEnv: [{value: b}]}", "extraEnv")]
    [InlineData("operator: {affinity: {nodeAfinity: {}}}", "nodeAfinity")]
    [InlineData("operator: {livenessProbe: {periodSeconds: 0}}", "periodSeconds")]
    [InlineData("imagePullSecrets: [registry]", "imagePullSecrets")]
    [InlineData("crds: {install: 'yes'}", "install")]
    [InlineData("commonLabels: {team: 7}", "team")]
    [InlineData("fullnameOverride: -a", "fullnameOverride")]
    public async Task A_wrong_value_is_refused_by_name(string values, string named)
    {
        (int exitCode, string output, string error) = await Repository.TryTemplateAsync(values);
        Assert.NotEqual(0, exitCode);
        Assert.Empty(output);
        Assert.Contains("schema", error, StringComparison.Ordinal);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_has_the_programs_settings_and_no_others()
    {
        // What the manifest sets itself, or another value does.
        Assert.Equal(Settings(typeof(Operator.OperatorOptions)).Except(["namespace", "identity", "healthPort", "metricsPort"]).Order(), SchemaSettings("operator").Order());
        Assert.Equal(Settings(typeof(AgentOptions)).Except(["nodeName", "healthPort", "metricsPort"]).Order(), SchemaSettings("agent").Order());
    }

    [Fact]
    public void Every_value_is_explained()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Chart, "values.yaml"));
        List<string> silent = [];
        for (int i = 1; i < lines.Length; i++)
        {
            // A line that only opens a map is explained by what is in it; what is below a value that is set as a whole is its default.
            bool value = lines[i].Contains(':', StringComparison.Ordinal) && !lines[i].TrimStart().StartsWith('#') && !lines[i].TrimEnd().EndsWith(':');
            if (value && !IsPartOfADefault(lines, i) && !lines[i - 1].TrimStart().StartsWith('#'))
                silent.Add($"{i + 1}: {lines[i]}");
        }
        Assert.Empty(silent);
    }

    [Fact]
    public async Task Lint_finds_nothing()
    {
        string said = await Repository.RunAsync("helm", "lint", Repository.Chart, "--strict");
        Assert.Contains("0 chart(s) failed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_rights_kinds_and_class_the_rest_is_given()
    {
        Manifest manifest = await Repository.TemplateAsync("{rbac: {create: false}, crds: {install: false}, runtimeClass: {create: false}, agent: {serviceAccount: {create: false, name: mine}}}");
        Assert.Equal(
            ["DaemonSet/checkpoint-operator-system/checkpoint-agent", "Deployment/checkpoint-operator-system/checkpoint-operator", "ServiceAccount/checkpoint-operator-system/checkpoint-operator"],
            manifest.Names);
        Assert.Equal("mine", manifest["DaemonSet/checkpoint-operator-system/checkpoint-agent"]["spec"]["template"]["spec"]["serviceAccountName"].ToString());
    }

    [Fact]
    public async Task A_chart_whose_links_did_not_come_along_is_refused()
    {
        // As Flux takes a Git repository.
        string folder = Path.Combine(Directory.CreateTempSubdirectory("chart-").FullName, "checkpoint-operator");
        try
        {
            await Repository.RunAsync("cp", "-r", "--no-dereference", Repository.Chart, folder);
            Directory.Delete(Path.Combine(folder, "files"), recursive: true);
            (int exitCode, _, string error) = await Repository.TryAsync("helm", "template", "checkpoint-operator", folder);
            Assert.NotEqual(0, exitCode);
            Assert.Contains("files/crd is a link to config/crd and did not come along", error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
        }
    }

    [Fact]
    public async Task Each_template_gives_one_object()
    {
        string output = await Repository.RunAsync("helm", "template", "checkpoint-operator", Repository.Chart, "--values", Path.Combine(Repository.Set("everything"), "values.yaml"));
        string[] sources = [.. output.Split('\n').Where(line => line.StartsWith("# Source: ", StringComparison.Ordinal))];
        Assert.NotEmpty(sources);
        Assert.Equal(sources.Distinct(), sources);
        Assert.Equal(sources.Length, output.Split('\n').Count(line => line.StartsWith("apiVersion: ", StringComparison.Ordinal)));
    }

    private static bool IsPartOfADefault(string[] lines, int index)
    {
        int depth = Indentation(lines[index]);
        for (int i = index - 1; i >= 0 && depth > 0; i--)
        {
            if (Indentation(lines[i]) >= depth || lines[i].Trim().Length == 0)
                continue;
            // The line that opens the map which this one is in: explained as a whole, or not.
            depth = Indentation(lines[i]);
            if (i > 0 && lines[i - 1].TrimStart().StartsWith("# --", StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static int Indentation(string line) => line.Length - line.TrimStart().Length;

    private static IEnumerable<string> Settings(Type options) => options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Select(property => char.ToLowerInvariant(property.Name[0]) + property.Name[1..]);

    private static IEnumerable<string> SchemaSettings(string part) => JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Chart, "values.schema.json")))!
        ["properties"]![part]!["properties"]!["settings"]!["properties"]!.AsObject().Select(pair => pair.Key);
}
