using System.Text;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Health;

/// <summary>Answers GET /healthz and /readyz for the kubelet's probes, on IPv4 and IPv6.</summary>
public sealed class HealthServer : IHostedService, IDisposable
{
    private readonly IHealthCheck[] _checks;
    private readonly int? _port;
    private readonly PlainHttpServer _server;

    /// <summary>Makes one.</summary>
    /// <param name="checks">What is asked.</param>
    /// <param name="settings">The port.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told where it listens.</param>
    public HealthServer(IEnumerable<IHealthCheck> checks, OperatorSettings settings, TimeProvider time, ILogger<HealthServer> logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _checks = [.. checks];
        _port = settings.HealthPort;
        _server = new PlainHttpServer("/healthz and /readyz", Answer, time, logger);
    }

    /// <summary>The port that it listens on; null where there is no endpoint.</summary>
    public int? Port => _server.Port;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_port is { } port)
            _server.Start(port);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _server.Dispose();

    private HttpAnswer Answer(string? path) => path switch
    {
        "/healthz" or "/livez" => Ask(check => check.WhyNotLive()),
        "/readyz" => Ask(check => check.WhyNotReady() ?? check.WhyNotLive()),
        _ => Text(404, "There is /healthz and /readyz."),
    };

    private HttpAnswer Ask(Func<IHealthCheck, string?> question)
    {
        string[] ill = [.. _checks.Select(check => (check.Name, Why: question(check))).Where(answer => answer.Why is not null).Select(answer => $"{answer.Name}: {answer.Why}")];
        return ill.Length == 0 ? Text(200, "ok") : Text(503, string.Join('\n', ill));
    }

    private static HttpAnswer Text(int code, string text) => new(code, Encoding.UTF8.GetBytes(text + "\n"));
}
