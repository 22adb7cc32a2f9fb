using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>Hands bytes on between a client and a server, and can let the connections that are there fall silent: half-open, as when a machine
/// or a translation of addresses between them is gone. New ones are handed on.</summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _pumps = [];
    private readonly ConcurrentBag<TcpClient> _servers = [];
    private readonly Task _accepting;
    private int _generation;

    public TcpRelay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From here on nothing more comes through the connections that are open now: their server has lost them, and their client is not told.</summary>
    public void Silence()
    {
        Interlocked.Increment(ref _generation);
        while (_servers.TryTake(out TcpClient? server))
            server.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_pumps);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _pumps.Add(RelayAsync(client, Volatile.Read(ref _generation)));
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException && _stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task RelayAsync(TcpClient client, int generation)
    {
        using TcpClient one = client;
        using var other = new TcpClient();
        try
        {
            await other.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            _servers.Add(other);
            await Task.WhenAny(PumpAsync(one.GetStream(), other.GetStream()), PumpAsync(other.GetStream(), one.GetStream()));
            if (Volatile.Read(ref _generation) != generation)
                await Task.Delay(Timeout.Infinite, _stop.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // The server does not answer, or the test is over: the client sees its connection end.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, _stop.Token)) > 0;)
                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }
}
