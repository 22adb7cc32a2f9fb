using System.Net;
using System.Net.Sockets;
using System.Text;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Health;

/// <summary>Answers GET /healthz and /readyz for the kubelet's probes, on IPv4 and IPv6. Not a web server: one short answer for each connection.</summary>
public sealed partial class HealthServer : IHostedService, IDisposable
{
    private const int LongestRequest = 4096;
    private static readonly TimeSpan ConnectionTime = TimeSpan.FromSeconds(5);

    private readonly IHealthCheck[] _checks;
    private readonly int? _port;
    private readonly TimeProvider _time;
    private readonly ILogger<HealthServer> _logger;
    private readonly CancellationTokenSource _stop = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

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
        _time = time;
        _logger = logger;
    }

    /// <summary>The port that it listens on; null where there is no endpoint.</summary>
    public int? Port => (_listener?.LocalEndpoint as IPEndPoint)?.Port;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_port is not { } port)
            return Task.CompletedTask;
        _listener = Socket.OSSupportsIPv6 ? TcpListener.Create(port) : new TcpListener(IPAddress.Any, port);
        _listener.Start();
        _accepting = AcceptAsync(_listener, _stop.Token);
        Log.Listening(_logger, Port ?? 0);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener?.Stop();
        await _accepting.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _listener?.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                TcpClient client = await listener.AcceptTcpClientAsync(cancellationToken).ConfigureAwait(false);
                _ = AnswerAsync(client, cancellationToken);
            }
            catch (SocketException error) when (!cancellationToken.IsCancellationRequested)
            {
                Log.AcceptFailed(_logger, error.Message);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(TcpClient client, CancellationToken cancellationToken)
    {
        using TcpClient connection = client;
        using CancellationTokenSource limit = new(ConnectionTime, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            NetworkStream stream = connection.GetStream();
            string? path = await ReadPathAsync(stream, either.Token).ConfigureAwait(false);
            (int code, string text) = path switch
            {
                "/healthz" or "/livez" => Ask(check => check.WhyNotLive()),
                "/readyz" => Ask(check => check.WhyNotReady() ?? check.WhyNotLive()),
                _ => (404, "There is /healthz and /readyz."),
            };
            byte[] body = Encoding.UTF8.GetBytes(text + "\n");
            string head = $"HTTP/1.1 {code} {(HttpStatusCode)code}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), either.Token).ConfigureAwait(false);
            await stream.WriteAsync(body, either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            Log.NotAnswered(_logger, error.Message);
        }
    }

    private (int Code, string Text) Ask(Func<IHealthCheck, string?> question)
    {
        string[] ill = [.. _checks.Select(check => (check.Name, Why: question(check))).Where(answer => answer.Why is not null).Select(answer => $"{answer.Name}: {answer.Why}")];
        return ill.Length == 0 ? (200, "ok") : (503, string.Join('\n', ill));
    }

    /// <summary>Reads the whole head, so that the connection is not reset over unread bytes; the path is in its first line.</summary>
    private static async Task<string?> ReadPathAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[LongestRequest];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return null;
            length += read;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
                break;
        }
        string[] words = Encoding.ASCII.GetString(buffer, 0, length).Split('\r', 2)[0].Split(' ');
        return words is ["GET" or "HEAD", var target, ..] ? target.Split('?', 2)[0] : null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "/healthz and /readyz are answered on port {Port}")]
        public static partial void Listening(ILogger logger, int port);

        [LoggerMessage(2, LogLevel.Warning, "A connection for /healthz or /readyz could not be taken: {Reason}")]
        public static partial void AcceptFailed(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Debug, "A question for /healthz or /readyz was not answered: {Reason}")]
        public static partial void NotAnswered(ILogger logger, string reason);
    }
}
