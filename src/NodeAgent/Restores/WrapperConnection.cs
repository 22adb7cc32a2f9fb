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

    /// <summary>Works on an answer and says meanwhile that the agent is alive.</summary>
    public async Task<WrapperAnswer> WaitForAsync(Task<WrapperAnswer> work, CancellationToken cancellationToken)
    {
        while (await Task.WhenAny(work, Task.Delay(WaitPeriod, cancellationToken)) != work)
            await SendAsync(WrapperAnswer.Wait, cancellationToken);
        return await work;
    }

    public void Dispose() => socket.Dispose();
}
