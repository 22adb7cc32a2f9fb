using System.Net.WebSockets;
using CheckpointOperator.Plugin.Api;

namespace CheckpointOperator.Plugin.Pulling;

/// <summary>Runs a program in a Pod and hands on what it writes, over Kubernetes' channel protocol on a WebSocket (v4.channel.k8s.io).</summary>
internal static class PodExec
{
    private const string Protocol = "v4.channel.k8s.io";
    private const byte Output = 1;
    private const byte Error = 2;
    private const byte Result = 3;
    private const int BufferSize = 256 * 1024;
    private const int MaximumMessage = 4096;
    // 128 and SIGKILL's or SIGTERM's number: the program was ended with its Pod.
    private static readonly string[] Ended = ["137", "143"];

    /// <summary>Runs it to its end, or to that of the connection.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="pod">The Pod.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="output">Takes what it writes to standard output.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>True where the program ended well; false where the connection was lost before, or there was none.</returns>
    /// <exception cref="ApiServerException">The server refused.</exception>
    /// <exception cref="CommandFailedException">The program failed; its words are in the message.</exception>
    public static async Task<bool> RunAsync(Cluster cluster, ReaderPod pod, string[] command, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output, CancellationToken cancellationToken)
    {
        string query = string.Join('&', command.Select(word => $"command={Uri.EscapeDataString(word)}"));
        string path = $"api/v1/namespaces/{Uri.EscapeDataString(pod.Namespace)}/pods/{Uri.EscapeDataString(pod.Name)}/exec?container={ReaderPod.Container}&stdout=true&stderr=true&{query}";
        using ClientWebSocket socket = new();
        try
        {
            await ConnectAsync(cluster, socket, path, pod, cancellationToken);
            return await ReceiveAsync(socket, output, cancellationToken);
        }
        catch (WebSocketException)
        {
            // Cut off: the caller goes on from where it is.
            return false;
        }
    }

    private static async Task ConnectAsync(Cluster cluster, ClientWebSocket socket, string path, ReaderPod pod, CancellationToken cancellationToken)
    {
        socket.Options.AddSubProtocol(Protocol);
        socket.Options.CollectHttpResponseDetails = true;
        UriBuilder address = new(new Uri(cluster.Connection.Address, path));
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        if (cluster.Connection.Credentials is { } credentials)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address.Uri);
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
            if (request.Headers.Authorization is { } authorization)
                socket.Options.SetRequestHeader("Authorization", authorization.ToString());
        }

        try
        {
            await socket.ConnectAsync(address.Uri, cluster.Connection.Http, cancellationToken);
        }
        catch (WebSocketException) when ((int)socket.HttpStatusCode is >= 400 and < 500)
        {
            // The refusal's words are not given to a WebSocket; the same question without one brings them.
            try
            {
                await cluster.GetAsync(path, $"exec in Pod {pod.Namespace}/{pod.Name}", cancellationToken);
            }
            catch (ApiServerException gone) when (gone.IsNotFound)
            {
                throw new CommandFailedException($"Pod {pod.Namespace}/{pod.Name}, which read the archive, is gone: it was deleted, or its node was lost; try again");
            }
            throw;
        }
    }

    private static async Task<bool> ReceiveAsync(ClientWebSocket socket, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        using MemoryStream errors = new();
        using MemoryStream result = new();
        byte channel = 0;
        bool isStart = true;
        while (true)
        {
            ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
                return result.Length > 0 && IsSuccess(result, errors);
            ReadOnlyMemory<byte> bytes = buffer.AsMemory(0, received.Count);
            // A message's first byte says which channel it is of.
            if (isStart && bytes.Length > 0)
            {
                channel = bytes.Span[0];
                bytes = bytes[1..];
                isStart = false;
            }

            if (channel == Output)
                await output(bytes, cancellationToken);
            else if (channel == Error && errors.Length < MaximumMessage)
                errors.Write(bytes.Span);
            else if (channel == Result)
                result.Write(bytes.Span);
            isStart |= received.EndOfMessage;
        }
    }

    private static bool IsSuccess(MemoryStream result, MemoryStream errors)
    {
        JsonNode status = JsonNode.Parse(result.ToArray())!;
        if ((string?)status["status"] == "Success")
            return true;
        return status["details"]?["causes"]?.AsArray().Any(cause => (string?)cause!["reason"] == "ExitCode" && Ended.Contains((string?)cause["message"])) is true
            ? false
            : throw new CommandFailedException($"the archive could not be read: {System.Text.Encoding.UTF8.GetString(errors.ToArray()).Trim()} ({status["message"]})");
    }
}
