using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace CheckpointOperator.Telemetry;

/// <summary>Collects all metrics when it is asked for them, as Prometheus' text.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock _one = new();
    private byte[] _text = [];

    /// <summary>Set by the reader.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>The metrics as they are now; null where they cannot be collected.</summary>
    public byte[]? Scrape()
    {
        lock (_one)
            return Collect?.Invoke(Timeout.Infinite) == true ? _text : null;
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var text = new PrometheusText();
        text.WriteTarget(ParentProvider.GetResource());
        List<Metric> metrics = [];
        foreach (Metric metric in batch)
            metrics.Add(metric);
        // One family is told in one place, whichever meters have it.
        foreach (IGrouping<string, Metric> family in metrics.GroupBy(metric => PrometheusName.Of(metric.Name, metric.Unit, metric.MetricType)))
            text.WriteFamily(family.Key, [.. family]);
        _text = text.ToBytes();
        return ExportResult.Success;
    }
}
