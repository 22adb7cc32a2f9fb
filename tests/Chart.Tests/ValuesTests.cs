using System.Reflection;
using System.Text.Json.Nodes;
using CheckpointOperator.NodeAgent;

namespace CheckpointOperator.Chart.Tests;

/// <summary>values.yaml and its schema.</summary>
public sealed class ValuesTests
{
    private const string Deployment = "Deployment/checkpoint-operator-system/checkpoint-operator";
    private const string DaemonSet = "DaemonSet/checkpoint-operator-system/checkpoint-agent";

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
    [InlineData("global: {imagePullSecrets: [registry]}", "imagePullSecrets")]
    [InlineData("extraObjects: {kind: ConfigMap}", "extraObjects")]
    [InlineData("metrics: {service: {ipFamilies: [IPv5]}}", "ipFamilies")]
    [InlineData("metrics: {podMonitor: {honorLabels: 'true'}}", "honorLabels")]
    [InlineData("operator: {dnsPolicy: Cluster}", "dnsPolicy")]
    [InlineData("operator: {dnsConfig: {nameserver: [10.0.0.2]}}", "nameserver")]
    [InlineData("operator: {hostAliases: [{hostnames: [a]}]}", "hostAliases")]
    [InlineData("operator: {networkPolicy: {ingres: []}}", "ingres")]
    [InlineData("operator: {podDisruptionBudget: {unhealthyPodEvictionPolicy: Always}}", "unhealthyPodEvictionPolicy")]
    [InlineData("operator: {serviceAccount: {automountServiceAccountToken: 'no'}}", "automountServiceAccountToken")]
    [InlineData("agent: {resizePolicy: [{resourceName: disk, restartPolicy: NotRequired}]}", "resizePolicy")]
    [InlineData("agent: {initContainers: [{name: a}]}", "initContainers")]
    [InlineData("agent: {runtimeClassName: gvisor}", "runtimeClassName")]
    [InlineData("tests: {tolerations: [{operator: Maybe}]}", "tolerations")]
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

    [Theory]
    [InlineData("{enabled: true, maxUnavailable: 1}")]
    [InlineData("{enabled: true, minAvailable: null}")]
    public async Task A_budget_has_one_of_its_two_bounds(string budget)
    {
        (int exitCode, string output, string error) = await Repository.TryTemplateAsync($"operator: {{podDisruptionBudget: {budget}}}");
        Assert.NotEqual(0, exitCode);
        Assert.Empty(output);
        Assert.Contains("operator.podDisruptionBudget has minAvailable or maxUnavailable, not both and not neither", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chart_that_holds_this_one_shares_registry_secrets_and_labels_and_may_have_more()
    {
        Manifest manifest = await Repository.TemplateAsync("{enabled: true, global: {imageRegistry: mirror.example.com, imagePullSecrets: [{name: mirror}], commonLabels: {site: north}, storageClass: fast}, agent: {image: {registry: own.example.com}}}");
        YamlNode deployment = manifest[Deployment];
        Assert.Equal("north", deployment["metadata"]["labels"]["site"].ToString());
        YamlNode pod = deployment["spec"]["template"];
        Assert.Equal("north", pod["metadata"]["labels"]["site"].ToString());
        Assert.Equal("mirror", pod["spec"]["imagePullSecrets"][0]["name"].ToString());
        Assert.StartsWith("mirror.example.com/checkpoint-operator/operator:", pod["spec"]["containers"][0]["image"].ToString(), StringComparison.Ordinal);
        // What names its registry itself keeps it.
        Assert.StartsWith("own.example.com/", manifest[DaemonSet]["spec"]["template"]["spec"]["containers"][0]["image"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extra_objects_are_given_as_they_are_or_filled_in()
    {
        Manifest manifest = await Repository.TemplateAsync("""
            extraObjects:
              - {apiVersion: v1, kind: ConfigMap, metadata: {name: plain, namespace: elsewhere}, data: {text: "{{ .Release.Name }}"}}
              - |
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: "{{ .Release.Name }}-filled", namespace: elsewhere}
            """);
        Assert.Equal("{{ .Release.Name }}", manifest["ConfigMap/elsewhere/plain"]["data"]["text"].ToString());
        Assert.Equal("checkpoint-operator-filled", manifest["ConfigMap/elsewhere/checkpoint-operator-filled"]["metadata"]["name"].ToString());
    }

    [Fact]
    public async Task A_network_policy_lets_the_probes_scrapes_and_what_the_program_calls_through()
    {
        Manifest manifest = await Repository.TemplateAsync("{operator: {networkPolicy: {enabled: true}}, agent: {networkPolicy: {enabled: true}}}");
        foreach ((string policy, string workload) in new[] { ("checkpoint-operator", Deployment), ("checkpoint-agent", DaemonSet) })
        {
            YamlNode spec = manifest[$"NetworkPolicy/checkpoint-operator-system/{policy}"]["spec"];
            Assert.Equal(manifest[workload]["spec"]["selector"]["matchLabels"], spec["podSelector"]["matchLabels"]);
            Assert.Equal(["health", "metrics"], Ports(spec["ingress"]));
            string[] kubelet = policy == "checkpoint-agent" ? ["10250"] : [];
            Assert.Equal(["443", "6443", "53", "53", .. kubelet, "4317", "4318"], Ports(spec["egress"]));
        }
        static IEnumerable<string> Ports(YamlNode rules) => ((YamlSequenceNode)rules[0]["ports"]).Select(port => port["port"].ToString());
    }

    [Fact]
    public async Task The_pods_of_helm_test_run_where_and_with_what_is_said()
    {
        string output = await Repository.RunAsync("helm", "template", "checkpoint-operator", Repository.Chart, "--values", Path.Combine(Repository.Set("everything"), "values.yaml"));
        Manifest manifest = Manifest.Parse(output);
        foreach (string verb in new[] { "checkpoint", "restore" })
        {
            YamlNode spec = manifest[$"Pod/checkpoints/cko-test-can-{verb}"]["spec"];
            Assert.Equal("system", spec["nodeSelector"]["pool"].ToString());
            Assert.Equal("Exists", spec["tolerations"][0]["operator"].ToString());
            Assert.Equal("registry", spec["imagePullSecrets"][0]["name"].ToString());
            Assert.Equal("64Mi", spec["containers"][0]["resources"]["limits"]["memory"].ToString());
            Assert.Contains($"--for=condition=Can{char.ToUpperInvariant(verb[0])}{verb[1..]}", ((YamlSequenceNode)spec["containers"][0]["args"]).Select(word => word.ToString()));
        }
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
