using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>Answers exec in a Pod as a kubelet does for <c>archive export</c>: the archive from an offset on, on channel 1 of Kubernetes' protocol. The API server of
/// these tests has no kubelet.</summary>
/// <param name="archive">What the Pod reads.</param>
public sealed class CutExec(byte[] archive)
{
    private const string Protocol = "v4.channel.k8s.io";
    private const byte Output = 1;
    private const byte Result = 3;
    private const int MessageSize = 64 * 1024;

    /// <summary>The offsets that were asked for.</summary>
    public List<int> Offsets { get; } = [];

    /// <summary>Whether a request is for it.</summary>
    public static bool IsExec(HttpContext context) => context.Request.Path.Value!.EndsWith("/exec", StringComparison.Ordinal) && context.WebSockets.IsWebSocketRequest;

    /// <summary>Sends to the end.</summary>
    public Task SendAsync(HttpContext context) => SendAsync(context, archive.Length, isCut: false);

    /// <summary>Sends up to a place of the archive, and cuts the connection there.</summary>
    public Task CutAsync(HttpContext context, int end) => SendAsync(context, end, isCut: true);

    private async Task SendAsync(HttpContext context, int end, bool isCut)
    {
        string?[] command = [.. context.Request.Query["command"]];
        int offset = int.Parse(command[^1]!, System.Globalization.CultureInfo.InvariantCulture);
        Offsets.Add(offset);
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(Protocol);
        for (int at = offset; at < end; at += MessageSize)
            await SendAsync(socket, Output, archive.AsMemory(at, Math.Min(MessageSize, end - at)), context.RequestAborted);
        // Without a word: all that was sent arrives, and then the connection's end.
        if (isCut)
            return;
        await SendAsync(socket, Result, "{\"metadata\":{},\"status\":\"Success\"}"u8.ToArray(), context.RequestAborted);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    private static Task SendAsync(WebSocket socket, byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        socket.SendAsync((byte[])[channel, .. bytes.Span], WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
}
