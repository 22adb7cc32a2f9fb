using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace CheckpointOperator.Telemetry.Testing;

/// <summary>Takes what programs send by OTLP over HTTP, as a collector does.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly HttpListener _listener = new();
    private readonly Task _receiving;
    private readonly ConcurrentQueue<byte[]> _bodies = new();
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<OtlpLog> _logs = new();
    private readonly ConcurrentDictionary<string, string> _metrics = new();
    private readonly ConcurrentDictionary<string, int> _requests = new();

    private OtlpReceiver(int port)
    {
        Port = port;
        _listener.Prefixes.Add($"http://*:{port}/");
        _listener.Start();
        _receiving = ReceiveAsync();
    }

    /// <summary>The port, on all addresses.</summary>
    public int Port { get; }

    /// <summary>Where a program on this machine sends to.</summary>
    public Uri Endpoint => new($"http://127.0.0.1:{Port}");

    /// <summary>The spans that came.</summary>
    public IReadOnlyCollection<OtlpSpan> Spans => _spans;

    /// <summary>The log records that came.</summary>
    public IReadOnlyCollection<OtlpLog> Logs => _logs;

    /// <summary>The names of the metrics that came, and their units.</summary>
    public IReadOnlyDictionary<string, string> Metrics => _metrics;

    /// <summary>How many requests came for each path; with the header Authorization behind it, where there was one.</summary>
    public IReadOnlyDictionary<string, int> Requests => _requests;

    /// <summary>Starts one on a port that is free.</summary>
    public static OtlpReceiver Start()
    {
        for (int tries = 0; ; tries++)
        {
            var probe = new System.Net.Sockets.TcpListener(IPAddress.Any, 0);
            probe.Start();
            int port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            try
            {
                return new OtlpReceiver(port);
            }
            catch (HttpListenerException) when (tries < 10)
            {
                // Somebody else took it meanwhile.
            }
        }
    }

    /// <summary>Whether a text came, anywhere.</summary>
    public bool Has(string text)
    {
        byte[] sought = Encoding.UTF8.GetBytes(text);
        return _bodies.Any(body => body.AsSpan().IndexOf(sought) >= 0);
    }

    /// <summary>Waits until something came.</summary>
    public async Task UntilAsync(Func<OtlpReceiver, bool> came, string what, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        while (!came(this))
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"within {Limit} there came not {what}, but spans:\n{string.Join('\n', _spans)}\nmetrics: {string.Join(' ', _metrics.Keys)}\nlogs:\n{string.Join('\n', _logs)}");
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _receiving;
        _listener.Close();
    }

    private async Task ReceiveAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            string path = context.Request.Url!.AbsolutePath;
            _bodies.Enqueue(body.ToArray());
            Take(path, new ProtobufMessage(body.ToArray()));
            _requests.AddOrUpdate($"{path} {context.Request.Headers["Authorization"]}".TrimEnd(), 1, (_, count) => count + 1);
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    // The field numbers are those of opentelemetry/proto/{trace,metrics,logs}/v1.
    private void Take(string path, ProtobufMessage request)
    {
        foreach (ProtobufMessage resource in request.All(1))
        {
            string service = resource.One(1).Attributes(1).GetValueOrDefault("service.name", string.Empty);
            foreach (ProtobufMessage item in resource.All(2).SelectMany(scope => scope.All(2)))
            {
                switch (path)
                {
                    case "/v1/traces":
                        _spans.Enqueue(new OtlpSpan(
                            service, item.Text(5), item.Hex(1), item.Hex(2), item.Hex(4), item.Number(7), item.Number(8),
                            item.Attributes(9), [.. item.All(13).Select(link => link.Hex(1))], item.One(15).Number(3) == 2));
                        break;
                    case "/v1/metrics":
                        _metrics[item.Text(1)] = item.Text(3);
                        break;
                    case "/v1/logs":
                        _logs.Enqueue(new OtlpLog(service, item.One(5).Text(1), item.Hex(9), item.Attributes(6)));
                        break;
                }
            }
        }
    }
}
