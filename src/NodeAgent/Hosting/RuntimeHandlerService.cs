using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.RuntimeHandler;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Hosting;

/// <summary>Installs the runtime handler at start, where the settings want it.</summary>
/// <param name="options">Whether, and how.</param>
/// <param name="processes">Runs the container engine's programs on the node.</param>
/// <param name="node">The node's files.</param>
/// <param name="state">Remembers what came of it.</param>
/// <param name="stamp">Tells when the node changed.</param>
/// <param name="report">Tells that the node can restore, or why it cannot.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what was done.</param>
internal sealed partial class RuntimeHandlerService(
    IOptions<AgentOptions> options,
    INodeProcesses processes,
    NodeRoot node,
    RuntimeHandlerState state,
    NodeStamp stamp,
    NodeReport report,
    TimeProvider time,
    ILogger<RuntimeHandlerService> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.InstallRuntime)
            return;
        var defaults = new RuntimeHandlerOptions();
        var settings = new RuntimeHandlerOptions
        {
            Runtime = options.Value.Runtime,
            Socket = options.Value.Socket,
            ContainerdConfig = options.Value.ContainerdConfig,
            RestartCommand = options.Value.RestartCommand ?? defaults.RestartCommand,
            CriOConfigFolder = options.Value.CriOConfigFolder,
            CriORunRoot = options.Value.CriORunRoot,
            CriORestartCommand = options.Value.RestartCommand ?? defaults.CriORestartCommand,
        };
        IRuntimeHandlerInstaller installer = RuntimeHandlerInstallers.Of(processes, node.Directory, settings, line => Log.Did(logger, line));
        while (true)
        {
            try
            {
                await installer.InstallAsync(stoppingToken);
                state.Problem = null;
                report.Refresh();
                return;
            }
            catch (Exception failure) when (failure is RuntimeHandlerException or IOException or TimeoutException or FormatException)
            {
                // Checkpoints work without it; CheckpointNode says that restores do not.
                bool isRolledBack = failure is RuntimeHandlerException { IsRolledBack: true };
                state.Problem = new RuntimeHandlerProblem(failure.Message, isRolledBack);
                report.Refresh();
                Log.NotInstalled(logger, failure.Message, isRolledBack ? "when the node's programs or configuration change" : "in a minute");
                await AwaitNextAttemptAsync(isRolledBack, stoppingToken);
            }
        }
    }

    // Each attempt restarts the container engine twice where it does not come back: without a change the next would end the same.
    private async Task AwaitNextAttemptAsync(bool needsChange, CancellationToken cancellationToken)
    {
        string before = stamp.OfPrograms();
        do
            await Task.Delay(RetryPause, time, cancellationToken);
        while (needsChange && stamp.OfPrograms() == before);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Runtime handler: {Line}.")]
        public static partial void Did(ILogger logger, string line);

        [LoggerMessage(2, LogLevel.Error, "The runtime handler could not be installed: {Reason}. Trying again {When}.")]
        public static partial void NotInstalled(ILogger logger, string reason, string when);
    }
}
