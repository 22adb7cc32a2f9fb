using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Health;

/// <summary>Answers GET on IPv4 and IPv6 for the kubelet's probes and for scrapes. Not a web server: one answer for each connection.</summary>
/// <param name="pages">What is answered there, for the log.</param>
/// <param name="answer">Gives the answer for a path; null is the path where no request was understood.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told where it listens.</param>
public sealed partial class PlainHttpServer(string pages, Func<string?, HttpAnswer> answer, TimeProvider time, ILogger logger) : IDisposable
{
    private const int LongestRequest = 4096;
    private static readonly TimeSpan ConnectionTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>The port that it listens on; null before it does.</summary>
    public int? Port => (_listener?.LocalEndpoint as IPEndPoint)?.Port;

    /// <summary>Listens.</summary>
    /// <param name="port">The port; 0 takes any that is free.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    public void Start(int port)
    {
        _listener = Socket.OSSupportsIPv6 ? TcpListener.Create(port) : new TcpListener(IPAddress.Any, port);
        _listener.Start();
        _accepting = AcceptAsync(_listener, _stop.Token);
        Log.Listening(logger, pages, Port ?? 0);
    }

    /// <summary>Listens no more.</summary>
    /// <param name="cancellationToken">Ends the waiting for the listener.</param>
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
                Log.AcceptFailed(logger, pages, error.Message);
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
        using CancellationTokenSource limit = new(ConnectionTime, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            NetworkStream stream = connection.GetStream();
            (int code, ReadOnlyMemory<byte> body, string contentType) = answer(await ReadPathAsync(stream, either.Token).ConfigureAwait(false));
            string head = $"HTTP/1.1 {code} {(HttpStatusCode)code}\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), either.Token).ConfigureAwait(false);
            await stream.WriteAsync(body, either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            Log.NotAnswered(logger, pages, error.Message);
        }
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
        [LoggerMessage(1, LogLevel.Information, "{Pages} answered on port {Port}")]
        public static partial void Listening(ILogger logger, string pages, int port);

        [LoggerMessage(2, LogLevel.Warning, "A connection for {Pages} could not be taken: {Reason}")]
        public static partial void AcceptFailed(ILogger logger, string pages, string reason);

        [LoggerMessage(3, LogLevel.Debug, "A question for {Pages} was not answered: {Reason}")]
        public static partial void NotAnswered(ILogger logger, string pages, string reason);
    }
}
