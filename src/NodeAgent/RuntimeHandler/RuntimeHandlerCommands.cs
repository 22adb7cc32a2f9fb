using System.CommandLine;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Launch;
using Microsoft.Extensions.Logging.Abstractions;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>The commands <c>install-runtime</c> and <c>uninstall-runtime</c>.</summary>
internal static class RuntimeHandlerCommands
{
    private static readonly RuntimeHandlerOptions Defaults = new();

    /// <summary>Makes both.</summary>
    public static IEnumerable<Command> Create()
    {
        yield return Create(
            "install-runtime",
            "Installs the restore runtime on this node and adds the handler checkpoint-restore to containerd, or to CRI-O where it runs; restarts the engine if that changed anything.",
            (installer, cancellationToken) => installer.InstallAsync(cancellationToken));
        yield return Create(
            "uninstall-runtime",
            "Undoes install-runtime.",
            (installer, cancellationToken) => installer.UninstallAsync(cancellationToken));
    }

    private static Command Create(string name, string description, Func<IRuntimeHandlerInstaller, CancellationToken, Task> act)
    {
        Option<string> hostRoot = Setting("--host-root", "The node's file system.", DefaultHostRoot());
        Option<string> source = Setting("--source", "The program to install.", Defaults.Source);
        Option<string> folder = Setting("--install-folder", "Where on the node it goes.", Defaults.InstallFolder);
        Option<string> runtime = Setting("--runtime", "The OCI runtime behind it; that of the container engine's default handler if left out.", "");
        Option<string> socket = Setting("--socket", "The agent's socket on the node.", Defaults.Socket);
        Option<string> containerd = Setting("--containerd", "containerd's program on the node.", Defaults.Containerd);
        Option<string> ctr = Setting("--ctr", "containerd's client on the node.", Defaults.Ctr);
        Option<string> config = Setting("--containerd-config", "containerd's configuration on the node.", Defaults.ContainerdConfig);
        Option<string> crio = Setting("--crio", "CRI-O's program on the node.", Defaults.CriO);
        Option<string> crioConfig = Setting("--crio-config-folder", "The folder of CRI-O's drop-in files on the node.", Defaults.CriOConfigFolder);
        Option<string> crioRunRoot = Setting("--crio-run-root", "The folder in which CRI-O's storage keeps what runs.", Defaults.CriORunRoot);
        Option<string> restart = Setting(
            "--restart-command", $"Restarts the engine; run by a shell on the node. `{Defaults.RestartCommand}` or `{Defaults.CriORestartCommand}` if left out.", "");
        var command = new Command(name, description) { hostRoot, source, folder, runtime, socket, containerd, ctr, config, crio, crioConfig, crioRunRoot, restart };
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                var options = new RuntimeHandlerOptions
                {
                    HostRoot = result.GetRequiredValue(hostRoot),
                    Source = result.GetRequiredValue(source),
                    InstallFolder = result.GetRequiredValue(folder),
                    Runtime = result.GetRequiredValue(runtime) is { Length: > 0 } path ? path : null,
                    Socket = result.GetRequiredValue(socket),
                    Containerd = result.GetRequiredValue(containerd),
                    Ctr = result.GetRequiredValue(ctr),
                    ContainerdConfig = result.GetRequiredValue(config),
                    CriO = result.GetRequiredValue(crio),
                    CriOConfigFolder = result.GetRequiredValue(crioConfig),
                    CriORunRoot = result.GetRequiredValue(crioRunRoot),
                    RestartCommand = result.GetRequiredValue(restart) is { Length: > 0 } command ? command : Defaults.RestartCommand,
                    CriORestartCommand = result.GetRequiredValue(restart) is { Length: > 0 } reload ? reload : Defaults.CriORestartCommand,
                };
                using RootDirectory host = RootDirectory.Open(options.HostRoot);
                var processes = new NodeProcesses(NullLogger<NodeProcesses>.Instance);
                await act(RuntimeHandlerInstallers.Of(processes, host, options, Console.Out.WriteLine), cancellationToken);
                return 0;
            }
            catch (Exception failure) when (failure is RuntimeHandlerException or IOException or TimeoutException or FormatException)
            {
                await Console.Error.WriteLineAsync($"checkpoint-agent {name}: {failure.Message}");
                return 1;
            }
        });
        return command;
    }

    private static Option<string> Setting(string name, string description, string value) =>
        new(name) { Description = description, DefaultValueFactory = _ => Environment.GetEnvironmentVariable(Variable(name)) ?? value };

    // The agent's other settings are named so too: --restart-command is CHECKPOINT_AGENT_RESTART_COMMAND.
    private static string Variable(string option) => "CHECKPOINT_AGENT_" + option[2..].Replace('-', '_').ToUpperInvariant();

    // In a Pod the node's root is reached through its init process.
    private static string DefaultHostRoot() =>
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is null ? Defaults.HostRoot : "/proc/1/root";
}
