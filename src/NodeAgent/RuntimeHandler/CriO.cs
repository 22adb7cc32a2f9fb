using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>The node's CRI-O: what it runs with now, and its restart.</summary>
internal sealed class CriO(INodeProcesses processes, RuntimeHandlerOptions options)
{
    private const int MaximumConfiguration = 4 * 1024 * 1024;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether there is a CRI-O that runs.</summary>
    /// <param name="host">The node's file system.</param>
    /// <param name="options">Where its socket is.</param>
    public static bool Runs(RootDirectory host, RuntimeHandlerOptions options) => host.Exists(RelativePath.Parse(options.CriOSocket));

    /// <summary>The handlers that CRI-O knows now, whichever file they came from.</summary>
    /// <exception cref="RuntimeHandlerException">It does not answer.</exception>
    public async Task<CriOHandlers> ReadAsync(CancellationToken cancellationToken)
    {
        NodeCommandResult result = await StatusAsync(cancellationToken);
        return result.Succeeded
            ? CriOHandlers.Parse(result.Output)
            : throw new RuntimeHandlerException($"CRI-O does not tell its configuration (`{options.CriO} status config`): {result.LastLine}");
    }

    /// <summary>Restarts CRI-O, which reads its files then, and waits until it knows what they say.</summary>
    /// <param name="isWanted">Whether it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RuntimeHandlerException">It does not come to know it.</exception>
    public async Task RestartAsync(Func<CriOHandlers, bool> isWanted, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.RestartTimeout);
        var restart = new NodeCommand("/bin/sh", ["-c", options.CriORestartCommand]) { TimeLimit = options.RestartTimeout };
        NodeCommandResult result = await processes.RunAsync(restart, cancellationToken);
        if (!result.Succeeded)
            throw new RuntimeHandlerException($"CRI-O cannot be restarted: `{options.CriORestartCommand}` failed: {result.LastLine}");
        while (true)
        {
            NodeCommandResult status = await StatusAsync(cancellationToken);
            if (status.Succeeded && isWanted(CriOHandlers.Parse(status.Output)))
                return;
            try
            {
                await Task.Delay(BetweenLooks, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new RuntimeHandlerException(
                    $"CRI-O {(status.Succeeded ? "has not taken its new configuration" : $"does not answer ({status.LastLine})")} {options.RestartTimeout.TotalSeconds:0} s after " +
                    $"`{options.CriORestartCommand}`: look at its log on the node");
            }
        }
    }

    private Task<NodeCommandResult> StatusAsync(CancellationToken cancellationToken) => processes.RunAsync(
        new NodeCommand(options.CriO, ["status", "--socket", options.CriOSocket, "config"]) { MaximumOutput = MaximumConfiguration }, cancellationToken);
}
