using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using CheckpointOperator.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace CheckpointOperator.Kubernetes.Tests.Telemetry;

public sealed class PrometheusTests : IDisposable
{
    private readonly Meter _meter = new($"test.{Guid.NewGuid()}");
    private readonly PrometheusExporter _exporter = new();
    private readonly MeterProvider _provider;

    public PrometheusTests() => _provider = Sdk.CreateMeterProviderBuilder()
        .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddAttributes([new("service.name", "tested")]))
        .AddMeter(_meter.Name)
        .AddReader(new BaseExportingMetricReader(_exporter))
        .Build();

    public void Dispose()
    {
        _provider.Dispose();
        _meter.Dispose();
    }

    [Theory]
    [InlineData("http.client.request.duration", "s", MetricType.Histogram, "http_client_request_duration_seconds")]
    [InlineData("operator.queue.adds", "{key}", MetricType.LongSum, "operator_queue_adds_total")]
    [InlineData("already.total", "", MetricType.LongSum, "already_total")]
    [InlineData("store.usage", "By", MetricType.LongSumNonMonotonic, "store_usage_bytes")]
    [InlineData("store.bytes", "By", MetricType.LongGauge, "store_bytes")]
    [InlineData("written", "By", MetricType.LongSum, "written_bytes_total")]
    [InlineData("filled", "1", MetricType.DoubleGauge, "filled_ratio")]
    [InlineData("jobs", "1", MetricType.LongSum, "jobs_total")]
    [InlineData("2nd..try-made", null, MetricType.LongGauge, "_2nd_try_made")]
    public void A_name_is_translated_as_OpenTelemetry_specifies(string name, string? unit, MetricType type, string expected) =>
        Assert.Equal(expected, PrometheusName.Of(name, unit, type));

    [Fact]
    public void Everything_is_written_in_the_text_format_to_the_letter()
    {
        _meter.CreateCounter<long>("refusals", "{archive}", "One \\ two\nlines").Add(3, new("error.type", "a \"quoted\"\nname\\"), new("k", 7));
        _meter.CreateUpDownCounter<long>("active").Add(-2);
        _meter.CreateObservableGauge("share", () => 0.25, "1", "A share.");
        Histogram<double> duration = _meter.CreateHistogram("duration", "s", "Seconds.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 10] });
        duration.Record(0.5, new KeyValuePair<string, object?>("kind", "Pod"));
        duration.Record(2, new KeyValuePair<string, object?>("kind", "Pod"));
        duration.Record(99, new KeyValuePair<string, object?>("kind", "Pod"));

        Assert.Equal(
            """
            # HELP target_info Target metadata
            # TYPE target_info gauge
            target_info{service_name="tested"} 1
            # HELP refusals_total One \\ two\nlines
            # TYPE refusals_total counter
            refusals_total{error_type="a \"quoted\"\nname\\",k="7"} 3
            # TYPE active gauge
            active -2
            # HELP share_ratio A share.
            # TYPE share_ratio gauge
            share_ratio 0.25
            # HELP duration_seconds Seconds.
            # TYPE duration_seconds histogram
            duration_seconds_bucket{kind="Pod",le="0.5"} 1
            duration_seconds_bucket{kind="Pod",le="1"} 1
            duration_seconds_bucket{kind="Pod",le="10"} 2
            duration_seconds_bucket{kind="Pod",le="+Inf"} 3
            duration_seconds_sum{kind="Pod"} 101.5
            duration_seconds_count{kind="Pod"} 3

            """.ReplaceLineEndings("\n"),
            Encoding.UTF8.GetString(_exporter.Scrape()!));
    }

    [Fact]
    public void A_second_scrape_tells_what_was_counted_in_all()
    {
        Counter<long> counter = _meter.CreateCounter<long>("counted");
        counter.Add(1);
        Assert.Contains("counted_total 1\n", Encoding.UTF8.GetString(_exporter.Scrape()!), StringComparison.Ordinal);
        counter.Add(1);
        Assert.Contains("counted_total 2\n", Encoding.UTF8.GetString(_exporter.Scrape()!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scrape_is_answered_on_IPv4_and_IPv6()
    {
        _meter.CreateCounter<long>("counted").Add(1);
        using var server = new MetricsServer(_exporter, 0, TimeProvider.System, NullLogger<MetricsServer>.Instance);
        await server.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        foreach (string host in System.Net.Sockets.Socket.OSSupportsIPv6 ? ["127.0.0.1", "[::1]"] : new[] { "127.0.0.1" })
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri($"http://{host}:{server.Port}/metrics"), TestContext.Current.CancellationToken);
            Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
            Assert.Contains("counted_total 1\n", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        using HttpResponseMessage other = await client.GetAsync(new Uri($"http://127.0.0.1:{server.Port}/"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        await server.StopAsync(TestContext.Current.CancellationToken);
    }
}
