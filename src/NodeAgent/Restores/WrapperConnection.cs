using System.Net.Sockets;
using System.Text.Json;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>The conversation with one run of the restore runtime: one JSON object per line.</summary>
/// <param name="socket">The connection.</param>
internal sealed class WrapperConnection(Socket socket) : IDisposable
{
    private const int LongestLine = 64 * 1024;

    // Well below the wrapper's limit, after which it takes the agent for gone.
    private static readonly TimeSpan WaitPeriod = TimeSpan.FromSeconds(20);

    private readonly byte[] _received = new byte[LongestLine];
    private int _length;

    /// <summary>The next message; null where the other end hung up.</summary>
    public async Task<WrapperMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int end = Array.IndexOf(_received, (byte)'\n', 0, _length);
            if (end >= 0)
            {
                WrapperMessage? message = JsonSerializer.Deserialize(_received.AsSpan(0, end), RestoresJson.Default.WrapperMessage);
                _received.AsSpan((end + 1).._length).CopyTo(_received);
                _length -= end + 1;
                return message;
            }
            if (_length == LongestLine)
                throw new InvalidDataException($"a line of more than {LongestLine} bytes");
            int read = await socket.ReceiveAsync(_received.AsMemory(_length), cancellationToken);
            if (read == 0)
                return null;
            _length += read;
        }
    }

    /// <summary>Sends an answer.</summary>
    public async Task SendAsync(WrapperAnswer answer, CancellationToken cancellationToken)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(answer, RestoresJson.Default.WrapperAnswer), (byte)'\n'];
        for (int sent = 0; sent < line.Length;)
            sent += await socket.SendAsync(line.AsMemory(sent), cancellationToken);
    }

    /// <summary>Works on an answer and says meanwhile that the agent is alive. The work is ended when the wrapper hangs up, as it does when the kubelet gives it up.</summary>
    /// <exception cref="SocketException">It hung up.</exception>
    public async Task<WrapperAnswer> WaitForAsync(Func<CancellationToken, Task<WrapperAnswer>> work, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<WrapperAnswer> working = Task.Run(() => work(ended.Token), CancellationToken.None);
        // It says nothing until it has its answer: what can be read is its end.
        Task hungUp = socket.ReceiveAsync(new byte[1].AsMemory(), SocketFlags.Peek, ended.Token).AsTask();
        try
        {
            while (await Task.WhenAny(working, hungUp, Task.Delay(WaitPeriod, ended.Token)) is var first && first != working)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (first == hungUp)
                    throw new SocketException((int)SocketError.ConnectionReset);
                await SendAsync(WrapperAnswer.Wait, cancellationToken);
            }
            return await working;
        }
        finally
        {
            await ended.CancelAsync();
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await hungUp.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => socket.Dispose();
}
