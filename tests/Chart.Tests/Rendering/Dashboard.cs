using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CheckpointOperator.Chart.Tests.Rendering;

/// <summary>Grafana's dashboard.</summary>
internal static partial class Dashboard
{
    /// <summary>What it shows.</summary>
    public static IEnumerable<JsonNode> Panels() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "config", "metrics", "dashboard.json")))!["panels"]!.AsArray()
            .Where(panel => (string?)panel!["type"] != "row").Select(panel => panel!);

    /// <summary>What its panels ask for.</summary>
    public static IEnumerable<string> Expressions() => Panels().SelectMany(panel => panel["targets"]!.AsArray()).Select(target => (string)target!["expr"]!);

    /// <summary>The metrics that an expression names; of a histogram the family. What is left without selectors and groupings.</summary>
    public static IEnumerable<string> MetricsIn(string expression) => Words().Matches(NotMetrics().Replace(expression, " "))
        .Select(word => Family().Replace(word.Value, string.Empty))
        .Where(word => word.Contains('_', StringComparison.Ordinal) && word is not ("histogram_quantile" or "predict_linear"))
        .Distinct();

    [GeneratedRegex("[a-z][a-z0-9_]*")]
    private static partial Regex Words();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|\b(by|on|group_left|without)\s*\([^)]*\)")]
    private static partial Regex NotMetrics();

    // Metrics of our own end with _count, too.
    [GeneratedRegex("_bucket$|(?<=_seconds|_bytes)_(count|sum)$")]
    private static partial Regex Family();
}
