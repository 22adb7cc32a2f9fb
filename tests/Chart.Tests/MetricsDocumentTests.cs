using System.Diagnostics.Metrics;
using CheckpointOperator.Kubernetes.Metrics;
using CheckpointOperator.NodeAgent.Hosting;
using CheckpointOperator.NodeAgent.Observation;
using CheckpointOperator.NodeAgent.Store;
using CheckpointOperator.Operator.Hosting;
using CheckpointOperator.Operator.Observation;
using CheckpointOperator.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;

namespace CheckpointOperator.Chart.Tests;

/// <summary>docs/metrics.md against the programs' instruments. A test of the cluster tier looks at what they answer there.</summary>
public sealed class MetricsDocumentTests
{
    [Fact]
    public async Task The_operator_has_the_metrics_that_are_documented()
    {
        using IHost host = OperatorHost.CreateBuilder(["--LeaderElection=false"]).Build();
        List<DocumentedMetric> found = await CollectAsync(host, async services =>
        {
            services.GetRequiredService<OperatorMetrics>();
            await services.GetRequiredService<ObjectMetrics>().StartAsync(TestContext.Current.CancellationToken);
        });
        Assert.Equal(Sorted(MetricsDocument.Read("programs").Concat(MetricsDocument.Read("operator"))), Sorted(found));
    }

    [Fact]
    public async Task The_agent_has_the_metrics_that_are_documented()
    {
        using IHost host = AgentHost.CreateBuilder(["--node-name=worker"]).Build();
        List<DocumentedMetric> found = await CollectAsync(host, services =>
        {
            services.GetRequiredService<OperatorMetrics>();
            services.GetRequiredService<ArchiveRefusals>();
            services.GetRequiredService<WorkTelemetry>();
            services.GetRequiredService<NodeTelemetry>();
            return Task.CompletedTask;
        });
        Assert.Equal(Sorted(MetricsDocument.Read("programs").Concat(MetricsDocument.Read("agents"))), Sorted(found));
    }

    private static IEnumerable<DocumentedMetric> Sorted(IEnumerable<DocumentedMetric> metrics) => metrics.OrderBy(metric => metric.Name, StringComparer.Ordinal);

    // Of this host alone: tests beside it have others.
    private static async Task<List<DocumentedMetric>> CollectAsync(IHost host, Func<IServiceProvider, Task> make)
    {
        object factory = host.Services.GetRequiredService<IMeterFactory>();
        List<DocumentedMetric> found = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope == factory)
                found.Add(Describe(instrument));
        };
        listener.Start();
        await make(host.Services);
        return found;
    }

    private static DocumentedMetric Describe(Instrument instrument)
    {
        string kind = instrument.GetType().Name.Split('`')[0].Replace("Observable", string.Empty, StringComparison.Ordinal);
        MetricType type = kind switch
        {
            "Counter" => MetricType.LongSum,
            "UpDownCounter" => MetricType.LongSumNonMonotonic,
            "Gauge" => MetricType.LongGauge,
            "Histogram" => MetricType.Histogram,
            _ => throw new InvalidOperationException($"{instrument.Name} is a {kind}"),
        };
        return new DocumentedMetric(instrument.Name, PrometheusName.Of(instrument.Name, instrument.Unit, type), kind, instrument.Unit ?? string.Empty, instrument.Description ?? string.Empty);
    }
}
