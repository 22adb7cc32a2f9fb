using System.Text;
using OpenTelemetry.Metrics;

namespace CheckpointOperator.Telemetry;

/// <summary>Names as OpenTelemetry's specification translates them for Prometheus ("Prometheus and OpenMetrics Compatibility").</summary>
public static class PrometheusName
{
    /// <summary>A metric's name, with its unit and the kind that it counts.</summary>
    /// <param name="name">The instrument's, such as http.client.request.duration.</param>
    /// <param name="unit">In UCUM, such as s.</param>
    /// <param name="type">What it is.</param>
    public static string Of(string name, string? unit, MetricType type)
    {
        string prometheus = Label(name);
        string suffix = Unit(unit, type);
        bool isCounter = type is MetricType.LongSum or MetricType.DoubleSum;
        if (isCounter && prometheus.EndsWith("_total", StringComparison.Ordinal))
            prometheus = prometheus[..^"_total".Length];
        if (suffix.Length > 0 && !prometheus.EndsWith(suffix, StringComparison.Ordinal))
            prometheus += suffix;
        return isCounter ? prometheus + "_total" : prometheus;
    }

    /// <summary>An attribute's name.</summary>
    /// <param name="name">Such as k8s.node.name.</param>
    public static string Label(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var label = new StringBuilder(name.Length + 1);
        if (char.IsAsciiDigit(name[0]))
            label.Append('_');
        foreach (char character in name)
        {
            char allowed = char.IsAsciiLetterOrDigit(character) ? character : '_';
            if (allowed != '_' || label.Length == 0 || label[^1] != '_')
                label.Append(allowed);
        }
        return label.ToString();
    }

    // What stands in braces only says what is counted.
    private static string Unit(string? unit, MetricType type) => unit switch
    {
        null or "" => string.Empty,
        "s" => "_seconds",
        "ms" => "_milliseconds",
        "By" => "_bytes",
        "%" => "_percent",
        "1" => type is MetricType.LongGauge or MetricType.DoubleGauge ? "_ratio" : string.Empty,
        ['{', ..] => string.Empty,
        _ => $"_{Label(unit)}",
    };
}
