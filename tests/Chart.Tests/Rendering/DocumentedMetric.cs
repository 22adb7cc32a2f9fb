namespace CheckpointOperator.Chart.Tests.Rendering;

/// <summary>A row of docs/metrics.md.</summary>
/// <param name="Name">The instrument's name.</param>
/// <param name="Prometheus">The name in Prometheus.</param>
/// <param name="Kind">Counter, UpDownCounter, Gauge or Histogram.</param>
/// <param name="Unit">In UCUM.</param>
/// <param name="Description">What it tells.</param>
internal sealed record DocumentedMetric(string Name, string Prometheus, string Kind, string Unit, string Description);
