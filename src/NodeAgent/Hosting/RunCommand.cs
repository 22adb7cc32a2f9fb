using System.CommandLine;

using CheckpointOperator.Kubernetes.Health;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Hosting;

/// <summary>The command <c>run [--SETTING VALUE]…</c>: the node agent itself.</summary>
internal static class RunCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var settings = new Argument<string[]>("SETTINGS") { Description = "Settings, such as --node-name worker-1.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("run", "Runs the node agent.") { settings };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                using IHost host = AgentHost.CreateBuilder([.. result.GetValue(settings) ?? [], .. result.UnmatchedTokens]).Build();
                await HoldStoreAsync(host.Services, cancellationToken);
                await host.RunAsync(cancellationToken);
                return Environment.ExitCode;
            }
            catch (OptionsValidationException invalid)
            {
                foreach (string fault in invalid.Failures)
                    await Console.Error.WriteLineAsync($"checkpoint-agent run: {fault}");
                return 2;
            }
        });
        return command;
    }

    // Before anything of the agent starts; only what says why it does not start answers meanwhile.
    private static async Task HoldStoreAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        StoreLock store = services.GetRequiredService<StoreLock>();
        if (store.TryHold())
            return;
        using var health = new HealthServer(
            [store], services.GetRequiredService<OperatorSettings>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<HealthServer>>());
        await health.StartAsync(cancellationToken);
        await store.HoldAsync(cancellationToken);
        await health.StopAsync(cancellationToken);
    }
}
