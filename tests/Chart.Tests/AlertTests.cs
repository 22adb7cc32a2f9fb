using YamlDotNet.Serialization;

namespace CheckpointOperator.Chart.Tests;

/// <summary>The alerts, by Prometheus' own tool.</summary>
public sealed class AlertTests
{
    [Fact]
    public async Task Each_alert_fires_when_it_should_and_not_else()
    {
        YamlMappingNode spec = await SpecAsync();
        string folder = Directory.CreateTempSubdirectory("alerts-").FullName;
        try
        {
            string rules = Path.Combine(folder, "rules.yaml");
            string tests = Path.Combine(folder, "alerts.yaml");
            await File.WriteAllTextAsync(rules, new SerializerBuilder().Build().Serialize(spec), TestContext.Current.CancellationToken);
            File.Copy(Path.Combine(RepositoryFolder.Path, "tests", "Chart.Tests", "Alerts", "alerts.yaml"), tests);
            string said = await Repository.RunAsync("promtool", "check", "rules", "--lint-fatal", rules);
            Assert.Contains($"{Alerts(spec).Count()} rules found", said, StringComparison.Ordinal);
            await Repository.RunAsync("promtool", "test", "rules", tests);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Each_alert_is_tested_and_documented()
    {
        string tests = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "tests", "Chart.Tests", "Alerts", "alerts.yaml"), TestContext.Current.CancellationToken);
        string document = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "docs", "metrics.md"), TestContext.Current.CancellationToken);
        foreach (YamlMappingNode alert in Alerts(await SpecAsync()))
        {
            // Each fires somewhere in the tests.
            Assert.Matches($@"alertname: {alert["alert"]}\r?\n\s+exp_alerts:\r?\n", tests);
            Assert.Contains($"| `{alert["alert"]}` | {alert["labels"]["severity"]} |", document, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Alerts_and_panels_ask_for_metrics_that_are_documented()
    {
        HashSet<string> known = [.. MetricsDocument.Read().Select(metric => metric.Prometheus), "target_info", "http_client_request_duration_seconds", "dotnet_process_memory_working_set_bytes"];
        List<string> expressions = [.. Alerts(await SpecAsync()).Select(alert => alert["expr"].ToString()), .. Dashboard.Expressions()];
        Assert.True(expressions.Count > 25);
        Assert.All(expressions, expression =>
        {
            string[] asked = [.. Dashboard.MetricsIn(expression)];
            Assert.NotEmpty(asked);
            Assert.Subset(known, asked.ToHashSet());
        });
    }

    [Fact]
    public async Task Each_panel_asks_what_Prometheus_understands_and_says_what_it_shows()
    {
        string file = Path.GetTempFileName();
        try
        {
            // Recording rules are what promtool checks expressions in; Grafana's variables have their values here.
            string rules = string.Join('\n', Dashboard.Expressions().Select((expression, number) =>
                $"    - record: panel:{number}\n      expr: |\n        {expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$node", ".*", StringComparison.Ordinal)}"));
            await File.WriteAllTextAsync(file, $"groups:\n- name: panels\n  rules:\n{rules}\n", TestContext.Current.CancellationToken);
            Assert.Contains($"{Dashboard.Expressions().Count()} rules found", await Repository.RunAsync("promtool", "check", "rules", file), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
        Assert.All(Dashboard.Panels(), panel => Assert.True(((string?)panel["description"])?.Length > 10, $"{panel["title"]} has no description"));
    }

    private static async Task<YamlMappingNode> SpecAsync()
    {
        Manifest manifest = await Repository.TemplateAsync("metrics: {enabled: true, prometheusRule: {enabled: true}}");
        return (YamlMappingNode)manifest["PrometheusRule/checkpoint-operator-system/checkpoint-operator"]["spec"];
    }

    private static IEnumerable<YamlMappingNode> Alerts(YamlMappingNode spec) =>
        ((YamlSequenceNode)spec["groups"]).SelectMany(group => (YamlSequenceNode)group["rules"]).Cast<YamlMappingNode>();
}
