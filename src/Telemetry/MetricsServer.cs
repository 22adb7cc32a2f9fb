using System.Text;
using CheckpointOperator.Kubernetes.Health;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Telemetry;

/// <summary>Answers GET /metrics.</summary>
/// <remarks>OpenTelemetry's own endpoint for programs without ASP.NET listens by HttpListener, which on Linux takes all addresses of IPv4 alone.</remarks>
internal sealed class MetricsServer : IHostedService, IDisposable
{
    private readonly PrometheusExporter _exporter;
    private readonly int _port;
    private readonly PlainHttpServer _server;

    /// <summary>Makes one.</summary>
    /// <param name="exporter">Has the metrics.</param>
    /// <param name="port">The port; 0 takes any that is free.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told where it listens.</param>
    public MetricsServer(PrometheusExporter exporter, int port, TimeProvider time, ILogger<MetricsServer> logger)
    {
        (_exporter, _port) = (exporter, port);
        _server = new PlainHttpServer("/metrics", Answer, time, logger);
    }

    /// <summary>The port that it listens on; null before it does.</summary>
    public int? Port => _server.Port;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _server.Start(_port);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public void Dispose() => _server.Dispose();

    private HttpAnswer Answer(string? path) => path != "/metrics"
        ? new HttpAnswer(404, Encoding.UTF8.GetBytes("There is /metrics.\n"))
        : _exporter.Scrape() is { } text
            ? new HttpAnswer(200, text, PrometheusText.ContentType)
            : new HttpAnswer(503, Encoding.UTF8.GetBytes("The metrics cannot be collected: the program is starting or ending.\n"));
}
