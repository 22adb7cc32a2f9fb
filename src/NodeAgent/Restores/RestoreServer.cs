using System.Net.Sockets;
using System.Text.Json;

using CheckpointOperator.Kubernetes.Api.V1Alpha1;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Listens on the Unix socket that the restore runtime asks. Only root may.</summary>
/// <param name="service">Answers.</param>
/// <param name="recovery">Concludes what an earlier agent began.</param>
/// <param name="prepared">Unpacks ahead, once that is concluded.</param>
/// <param name="cache">The ContainerRestores, which must be known first.</param>
/// <param name="options">Where the socket is.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what happened.</param>
internal sealed partial class RestoreServer(
    RestoreService service,
    RestoreRecovery recovery,
    PreparedImages prepared,
    IEntityCache<V1Alpha1ContainerRestore> cache,
    IOptions<AgentOptions> options,
    TimeProvider time,
    ILogger<RestoreServer> logger) : BackgroundService
{
    private const int Backlog = 64;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await cache.WaitForSyncAsync(stoppingToken);
        await RetryAsync(recovery.RunAsync, stoppingToken);
        prepared.Open();
        using Socket listener = Listen();
        Log.Listening(logger, options.Value.Socket);
        while (true)
        {
            Socket socket = await listener.AcceptAsync(stoppingToken);
            _ = ServeAsync(socket, stoppingToken);
        }
    }

    private async Task RetryAsync(Func<CancellationToken, Task> conclude, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await conclude(cancellationToken);
                return;
            }
            catch (Exception failure) when (RestoreRecovery.MayPass(failure))
            {
                Log.NotRecovered(logger, failure.Message);
                await Task.Delay(RetryPause, time, cancellationToken);
            }
        }
    }

    private Socket Listen()
    {
        string path = options.Value.Socket;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
        // The socket of an agent that was killed.
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, OwnerOnly);
        listener.Listen(Backlog);
        return listener;
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            if (await ConverseAsync(socket, cancellationToken) is { } unconcluded)
                await RetryAsync(token => recovery.ConcludeAsync(unconcluded, token), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The journal has what is under way.
        }
        catch (SocketException hungUp)
        {
            Log.HungUp(logger, hungUp.Message);
        }
        catch (Exception failure) when (failure is JsonException or InvalidDataException)
        {
            Log.NotUnderstood(logger, failure.Message);
        }
        catch (Exception failure)
        {
            // One conversation's fault must not end the others; the wrapper reports that the agent hung up.
            Log.Failed(logger, failure);
        }
    }

    private async Task<RestoreJournalEntry?> ConverseAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var connection = new WrapperConnection(socket);
        PeerCredentials peer = PeerCredentials.Of(socket);
        if (peer.UserId == 0)
            return await service.ConverseAsync(connection, cancellationToken);
        Log.NotRoot(logger, peer.Pid, peer.UserId);
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Waiting for the restore runtime at {Socket}.")]
        public static partial void Listening(ILogger logger, string socket);

        [LoggerMessage(2, LogLevel.Warning, "Process {Pid} of user {UserId} asked for a restore and was not answered: only root may ask.")]
        public static partial void NotRoot(ILogger logger, int pid, int userId);

        [LoggerMessage(3, LogLevel.Information, "The restore runtime hung up: {Message}")]
        public static partial void HungUp(ILogger logger, string message);

        [LoggerMessage(4, LogLevel.Warning, "The restore runtime's message was not understood: {Message}")]
        public static partial void NotUnderstood(ILogger logger, string message);

        [LoggerMessage(5, LogLevel.Error, "A conversation with the restore runtime failed.")]
        public static partial void Failed(ILogger logger, Exception failure);

        [LoggerMessage(6, LogLevel.Warning, "How restores ended could not be told yet, again in a moment: {Message}")]
        public static partial void NotRecovered(ILogger logger, string message);
    }
}
