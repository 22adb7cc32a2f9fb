using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CheckpointOperator.Node.Tests.Kubelet;

/// <summary>
/// A server that answers as the kubelet of Kubernetes 1.36.2 was heard to, and as it does by its source (InstallAuthFilter and checkpoint in
/// pkg/kubelet/server/server.go, CheckpointContainer in pkg/kubelet/kubelet.go), the same from 1.25 to 1.36.
/// </summary>
internal sealed class KubeletServer : IAsyncDisposable
{
    public const string Token = "the agent's token";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    public KubeletServer(X509Certificate2 certificate)
    {
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The token that it accepts.</summary>
    public string Accepted { get; set; } = Token;

    /// <summary>Whether the API server lets the agent create nodes/checkpoint.</summary>
    public bool Allowed { get; set; } = true;

    /// <summary>The feature gate ContainerCheckpoint.</summary>
    public bool Gate { get; set; } = true;

    /// <summary>What the container engine does: the archive's path, or a failure whose message is its own.</summary>
    public Func<string> Checkpoint { get; set; } = () => throw new InvalidOperationException("no engine");

    /// <summary>Changes an answer on its way.</summary>
    public Func<KubeletReply, KubeletReply> OnTheWay { get; set; } = reply => reply;

    /// <summary>The requests, such as <c>POST /checkpoint/ns/pod/container?timeout=5</c>.</summary>
    public List<string> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // The listener last: whoever still accepts by it fails in other ways than by the cancellation.
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_connections);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var stream = new SslStream(client.GetStream()))
        {
            try
            {
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                string[] head = await ReadHeadAsync(stream);
                KubeletReply reply = OnTheWay(Answer(head));
                if (reply.Before is { } before)
                    await before.WaitAsync(_stop.Token);
                byte[] body = Encoding.UTF8.GetBytes(reply.Body);
                string answer = $"HTTP/1.1 {reply.Status} Status\r\nContent-Type: {reply.ContentType}\r\n{(reply.Header is null ? "" : reply.Header + "\r\n")}Content-Length: {body.Length}\r\n\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), _stop.Token);
                await stream.WriteAsync(body.AsMemory(0, Math.Min(body.Length, reply.CutAfter ?? body.Length)), _stop.Token);
                if (reply.CutAfter is null)
                    await stream.ShutdownAsync();
            }
            catch (Exception gone) when (gone is IOException or AuthenticationException or OperationCanceledException or SocketException)
            {
                // The client trusts nobody, or waits no longer.
            }
        }
    }

    private async Task<string[]> ReadHeadAsync(SslStream stream)
    {
        byte[] buffer = new byte[16 * 1024];
        for (int length = 0, read; (read = await stream.ReadAsync(buffer.AsMemory(length), _stop.Token)) > 0;)
        {
            length += read;
            string head = Encoding.ASCII.GetString(buffer, 0, length);
            if (head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                return head.Split("\r\n");
        }
        throw new IOException("the client hung up");
    }

    private KubeletReply Answer(string[] head)
    {
        string[] line = head[0].Split(' ');
        lock (Requests)
            Requests.Add($"{line[0]} {line[1]}");
        if (!head.Contains($"Authorization: Bearer {Accepted}"))
            return new(401, "Unauthorized");
        if (!Allowed)
            return new(403, "Forbidden (user=system:serviceaccount:checkpoint-operator-system:checkpoint-agent, verb=create, resource=nodes, subresource(s)=[checkpoint])\n");

        var url = new Uri($"{Address}{line[1]}");
        string[] path = url.AbsolutePath.Split('/');
        // Without the gate nothing at all is served there; with it only such paths are.
        if (!Gate || path is not [_, "checkpoint", ..])
            return new(404, "404 page not found\n") { Header = "X-Content-Type-Options: nosniff" };
        if (path.Length != 5)
            return new(404, "404: Page Not Found");
        if (line[0] != "POST")
            return new(405, "405: Method Not Allowed") { Header = "Allow: POST" };
        return Checkpointed(path[2], path[3], path[4], url.Query);
    }

    private KubeletReply Checkpointed(string @namespace, string pod, string container, string query)
    {
        if (@namespace != "default" || pod != "redis-0")
            return new(404, "pod does not exist");
        if (container != "redis")
            return new(404, $"container {container} does not exist");
        if (query.Length > 0 && !long.TryParse(query["?timeout=".Length..], out _))
            return new(404, "cannot parse value of timeout parameter");
        try
        {
            return new(200, $$"""{"items":["{{Checkpoint()}}"]}""") { ContentType = "application/json" };
        }
        catch (InvalidOperationException refused)
        {
            return new(500, $"checkpointing of {@namespace}/{pod}/{container} failed ({refused.Message})");
        }
    }
}
