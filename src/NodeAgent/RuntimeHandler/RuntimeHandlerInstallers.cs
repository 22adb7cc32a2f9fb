using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>Chooses the installer for the node's container engine.</summary>
public static class RuntimeHandlerInstallers
{
    /// <summary>The installer for CRI-O where it runs, else for containerd, which a node may have beside it for other things than Pods.</summary>
    /// <param name="processes">Runs the engine's programs on the node.</param>
    /// <param name="host">The node's file system.</param>
    /// <param name="options">What to go by.</param>
    /// <param name="report">Takes a line for each thing that was done.</param>
    public static IRuntimeHandlerInstaller Of(INodeProcesses processes, RootDirectory host, RuntimeHandlerOptions options, Action<string> report)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(options);
        return CriO.Runs(host, options)
            ? new CriOHandlerInstaller(processes, host, options, report)
            : new RuntimeHandlerInstaller(processes, host, options, report);
    }
}
