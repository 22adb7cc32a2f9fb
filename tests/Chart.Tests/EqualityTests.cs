namespace CheckpointOperator.Chart.Tests;

/// <summary>The chart against the kustomizations, object by object.</summary>
public sealed class EqualityTests
{
    // What every object of the chart has, and none of the kustomization's need have: Helm's conventions.
    private static readonly string[] HelmLabels =
        ["helm.sh/chart", "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/managed-by"];

    private const string ComponentLabel = "app.kubernetes.io/component";

    private const string Keep = "helm.sh/resource-policy";

    public static TheoryData<string, string> Sets => new()
    {
        { "default", "Namespace/checkpoint-operator-system" },
        { "namespaced", "Namespace/checkpoint-operator-system" },
        { "everything", "Namespace/checkpoints" },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task The_chart_gives_the_objects_of_the_kustomization(string set, string ownNamespace)
    {
        (Manifest chart, Manifest kustomization) = await RenderAsync(set);
        // helm makes the release's namespace itself (--create-namespace).
        Assert.True(kustomization.Remove(ownNamespace));
        foreach (string name in chart.Names)
            TakeHelmsOwn(name, chart[name], kustomization[name]);
        Assert.Empty(Difference.Between(chart, kustomization));
    }

    [Fact]
    public async Task A_difference_is_found_wherever_it_is()
    {
        (Manifest chart, Manifest kustomization) = await RenderAsync("default");
        kustomization.Remove("Namespace/checkpoint-operator-system");
        foreach (string name in chart.Names)
            TakeHelmsOwn(name, chart[name], kustomization[name]);

        YamlMappingNode deployment = (YamlMappingNode)kustomization["Deployment/checkpoint-operator-system/checkpoint-operator"]["spec"];
        deployment.Children["replicas"] = new YamlScalarNode("1") { Style = YamlDotNet.Core.ScalarStyle.DoubleQuoted };
        ((YamlSequenceNode)kustomization["ClusterRole/checkpoint-agent"]["rules"]).Children.RemoveAt(0);
        kustomization.Remove("RuntimeClass/checkpoint-restore");
        Assert.Equal(
            ["ClusterRole/checkpoint-agent.rules", "Deployment/checkpoint-operator-system/checkpoint-operator.spec.replicas", "RuntimeClass/checkpoint-restore"],
            Difference.Between(chart, kustomization).Select(line => line.Split(':')[0]).Order());
    }

    [Fact]
    public async Task The_sets_give_every_value_there_is()
    {
        HashSet<string> given = [];
        foreach (string set in Sets.Select(row => row.Data.Item1))
            given.UnionWith(Leaves(await ReadAsync(Path.Combine(Repository.Set(set), "values.yaml"))));
        IEnumerable<string> all = Leaves(await ReadAsync(Path.Combine(Repository.Chart, "values.yaml")));
        string[] left = [.. all.Where(value => !given.Any(one => one == value || one.StartsWith($"{value}.", StringComparison.Ordinal) || value.StartsWith($"{one}.", StringComparison.Ordinal)))];
        Assert.Empty(left);
    }

    private static async Task<(Manifest Chart, Manifest Kustomization)> RenderAsync(string set)
    {
        string values = await File.ReadAllTextAsync(Path.Combine(Repository.Set(set), "values.yaml"), TestContext.Current.CancellationToken);
        return (await Repository.TemplateAsync(values), Manifest.Parse(await Repository.RunAsync("kustomize", Repository.Set(set))));
    }

    // Asserts that Helm's own is there, and takes it away where the kustomization does not have it too.
    private static void TakeHelmsOwn(string name, YamlMappingNode chart, YamlMappingNode kustomization)
    {
        IDictionary<YamlNode, YamlNode> labels = Map(chart, "labels");
        IDictionary<YamlNode, YamlNode> others = Map(kustomization, "labels");
        foreach (string label in HelmLabels)
            Assert.True(labels.ContainsKey(label), $"{name} has no label {label}");
        foreach (string label in HelmLabels.Append(ComponentLabel).Where(label => !others.ContainsKey(label)))
            labels.Remove(label);
        IDictionary<YamlNode, YamlNode> annotations = Map(chart, "annotations");
        if (name.StartsWith("CustomResourceDefinition/", StringComparison.Ordinal) && annotations.TryGetValue(Keep, out YamlNode? policy))
        {
            Assert.Equal("keep", policy.ToString());
            annotations.Remove(Keep);
        }
        foreach (string part in new[] { "labels", "annotations" })
        {
            if (Map(chart, part).Count == 0)
                ((YamlMappingNode)chart["metadata"]).Children.Remove(part);
        }
    }

    private static IDictionary<YamlNode, YamlNode> Map(YamlMappingNode value, string part) =>
        ((YamlMappingNode)value["metadata"]).Children.TryGetValue(part, out YamlNode? found) ? ((YamlMappingNode)found).Children : new Dictionary<YamlNode, YamlNode>();

    private static async Task<YamlMappingNode> ReadAsync(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static IEnumerable<string> Leaves(YamlMappingNode node, string path = "") => node.Children.SelectMany(pair => pair.Value is YamlMappingNode { Children.Count: > 0 } map
        ? Leaves(map, $"{path}{pair.Key}.")
        : [$"{path}{pair.Key}"]);
}
