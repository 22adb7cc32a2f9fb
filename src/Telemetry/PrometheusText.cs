using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace CheckpointOperator.Telemetry;

/// <summary>Writes Prometheus' text format, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Who tells.</summary>
    public void WriteTarget(Resource resource)
    {
        Head("target_info", "Target metadata", "gauge");
        Sample("target_info", resource.Attributes, null, 1);
    }

    /// <summary>All metrics of one name.</summary>
    public void WriteFamily(string name, IReadOnlyList<Metric> metrics)
    {
        Metric first = metrics[0];
        Head(name, first.Description, first.MetricType.IsHistogram() ? "histogram" : first.MetricType is MetricType.LongSum or MetricType.DoubleSum ? "counter" : "gauge");
        foreach (Metric metric in metrics)
        {
            foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
            {
                List<KeyValuePair<string, object>> labels = [];
                foreach (KeyValuePair<string, object?> tag in point.Tags)
                    labels.Add(new(tag.Key, tag.Value ?? string.Empty));
                if (metric.MetricType.IsHistogram())
                    Histogram(name, labels, in point);
                else
                    Sample(name, labels, null, Value(metric.MetricType, in point));
            }
        }
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private void Histogram(string name, List<KeyValuePair<string, object>> labels, in MetricPoint point)
    {
        long below = 0;
        foreach (HistogramBucket bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            Sample($"{name}_bucket", labels, Number(bucket.ExplicitBound), below);
        }
        Sample($"{name}_sum", labels, null, point.GetHistogramSum());
        Sample($"{name}_count", labels, null, point.GetHistogramCount());
    }

    private void Head(string name, string? help, string type)
    {
        if (!string.IsNullOrEmpty(help))
            _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    private void Sample(string name, IEnumerable<KeyValuePair<string, object>> labels, string? bound, double value)
    {
        _text.Append(name);
        char before = '{';
        foreach ((string key, object label) in labels)
            Label(ref before, PrometheusName.Label(key), Convert.ToString(label, CultureInfo.InvariantCulture) ?? string.Empty);
        if (bound is not null)
            Label(ref before, "le", bound);
        if (before == ',')
            _text.Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private void Label(ref char before, string key, string value)
    {
        _text.Append(before).Append(key).Append("=\"")
            .Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
        before = ',';
    }

    private static double Value(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
        MetricType.LongGauge => point.GetGaugeLastValueLong(),
        MetricType.DoubleGauge => point.GetGaugeLastValueDouble(),
        _ => throw new InvalidOperationException($"A metric of type {type} cannot be told."),
    };

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
