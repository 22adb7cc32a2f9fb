using System.Text.Json;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>
/// Finds CRI-O's containers by the bundle that it makes for each below its storage, and by the bundle's monitor. The CRI would tell neither the
/// bundle nor the runtime.
/// </summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where CRI-O keeps what runs.</param>
public sealed class CriOContainers(NodeRoot node, IOptions<AgentOptions> options)
{
    private const int MaximumFile = 8 * 1024 * 1024;

    /// <summary>Finds a container that runs.</summary>
    /// <param name="id">Its id in CRI-O.</param>
    /// <exception cref="ContainerNotFoundException">CRI-O has no bundle of that id, or the bundle has no conmon.</exception>
    public RunningContainer Find(string id)
    {
        using RootDirectory folder = Open(id, out string bundle);
        ConmonArguments? monitor = ConmonArguments.Read(node.Directory, folder);
        if (monitor?.Container != id || monitor.Bundle != bundle)
        {
            throw new ContainerNotFoundException(
                $"container {ContainerId.CriO}://{id} has no monitor that runs ({bundle}/conmon-pidfile): it has ended, or its runtime is not of CRI-O's type oci (runc or crun by conmon)");
        }
        return Read(folder, id, bundle, monitor.Runtime, monitor.RuntimeRoot);
    }

    /// <summary>Finds a container that is being created.</summary>
    /// <param name="id">Its id in CRI-O.</param>
    /// <param name="runtime">The runtime that creates it.</param>
    /// <param name="runtimeRoot">That runtime's state folder.</param>
    /// <exception cref="ContainerNotFoundException">CRI-O has no bundle of that id.</exception>
    public RunningContainer FindCreated(string id, string runtime, string runtimeRoot)
    {
        using RootDirectory folder = Open(id, out string bundle);
        return Read(folder, id, bundle, runtime, runtimeRoot);
    }

    /// <summary>Where a container's bundle is.</summary>
    /// <param name="id">Its id.</param>
    public string BundleOf(string id) => $"{options.Value.CriORunRoot}/overlay-containers/{id}/userdata";

    private RootDirectory Open(string id, out string bundle)
    {
        if (!ContainerId.IsValid(id))
            throw new ContainerNotFoundException($"'{id}' is no container id");
        bundle = BundleOf(id);
        try
        {
            return node.OpenDirectory(bundle);
        }
        catch (FileSystemException missing) when (missing.IsNotFound)
        {
            throw new ContainerNotFoundException(
                $"container {ContainerId.CriO}://{id} is not on this node ({bundle} does not exist): it has ended, or CRI-O's storage has another runroot than {options.Value.CriORunRoot} (setting CriORunRoot)");
        }
    }

    private static RunningContainer Read(RootDirectory folder, string id, string bundle, string runtime, string runtimeRoot)
    {
        byte[] config = folder.ReadFile(RelativePath.Parse("config.json"), MaximumFile);
        OciSpec spec = JsonSerializer.Deserialize(config, ContainersJson.Default.OciSpec)!;
        return new RunningContainer(new ContainerId(ContainerId.CriO, id), bundle, runtime, runtimeRoot, spec, config);
    }
}
