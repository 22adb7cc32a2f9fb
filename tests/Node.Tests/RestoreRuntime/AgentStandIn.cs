using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>The agent's side of the protocol, where the protocol itself is tested.</summary>
internal sealed class AgentStandIn : IAsyncDisposable
{
    /// <summary>At the end of an answer: it breaks off there, without a line feed, as that of an agent that dies.</summary>
    public const string Cut = "\0";

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<JsonObject, IEnumerable<string>> _answer;
    private readonly Task _serving;

    /// <summary>Listens.</summary>
    /// <param name="path">Where.</param>
    /// <param name="answer">The lines to answer a request with; none hangs up.</param>
    public AgentStandIn(string path, Func<JsonObject, IEnumerable<string>> answer)
    {
        _answer = answer;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _serving = ServeAsync();
    }

    /// <summary>All requests so far.</summary>
    public ConcurrentQueue<JsonObject> Requests { get; } = new();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using Socket connection = await _listener.AcceptAsync(_end.Token);
                await AnswerAsync(connection);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(Socket connection)
    {
        using var stream = new NetworkStream(connection);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(_end.Token) is { } line)
        {
            JsonObject request = JsonNode.Parse(line)!.AsObject();
            Requests.Enqueue(request);
            bool hasAnswered = false;
            foreach (string answer in _answer(request))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer.TrimEnd(Cut[0]) + (answer.EndsWith(Cut, StringComparison.Ordinal) ? "" : "\n")), _end.Token);
                hasAnswered = !answer.EndsWith(Cut, StringComparison.Ordinal);
            }
            if (!hasAnswered)
                return;
        }
    }
}
