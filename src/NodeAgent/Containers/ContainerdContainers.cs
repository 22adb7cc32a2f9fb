using System.Text;
using System.Text.Json;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>Finds containerd's containers by what its shim keeps in each bundle; the same from containerd 1.6 to 2.x.</summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where containerd keeps its state.</param>
public sealed class ContainerdContainers(NodeRoot node, IOptions<AgentOptions> options)
{
    private const string KubernetesNamespace = "k8s.io";
    private const string DefaultRuntime = "runc";
    private const int MaximumFile = 8 * 1024 * 1024;

    /// <summary>Finds a container.</summary>
    /// <param name="id">Its id in containerd.</param>
    /// <exception cref="ContainerNotFoundException">containerd has no bundle of that id.</exception>
    public RunningContainer Find(string id)
    {
        if (!ContainerId.IsValid(id))
            throw new ContainerNotFoundException($"'{id}' is no container id");
        string bundle = $"{options.Value.ContainerdState}/io.containerd.runtime.v2.task/{KubernetesNamespace}/{id}";
        return Read(new ContainerId(ContainerId.Containerd, id), bundle);
    }

    /// <summary>Reads a bundle.</summary>
    /// <param name="id">The container.</param>
    /// <param name="bundle">The bundle's path on the node.</param>
    /// <exception cref="ContainerNotFoundException">There is no bundle, or it is not complete.</exception>
    public RunningContainer Read(ContainerId id, string bundle)
    {
        try
        {
            using RootDirectory folder = node.OpenDirectory(bundle);
            byte[] config = folder.ReadFile(RelativePath.Parse("config.json"), MaximumFile);
            OciSpec spec = JsonSerializer.Deserialize(config, ContainersJson.Default.OciSpec)!;
            ShimOptions shim = ReadShimOptions(folder);
            return new RunningContainer(id, bundle, RuntimeOf(folder, shim), RootOf(shim), spec, config);
        }
        catch (FileSystemException missing) when (missing.IsNotFound)
        {
            throw new ContainerNotFoundException(
                $"container {id} is not on this node ({missing.Path} does not exist): it has ended, or containerd's state folder is not {options.Value.ContainerdState} (setting ContainerdState)");
        }
    }

    // The option where the shim has one, else its file "runtime", which older ones write alone; empty means containerd's default.
    private static string RuntimeOf(RootDirectory bundle, ShimOptions shim)
    {
        if (!string.IsNullOrEmpty(shim.BinaryName))
            return shim.BinaryName;
        RelativePath file = RelativePath.Parse("runtime");
        string name = bundle.Exists(file) ? Encoding.UTF8.GetString(bundle.ReadFile(file, 4096)).Trim() : string.Empty;
        return name.Length == 0 ? DefaultRuntime : name;
    }

    private string RootOf(ShimOptions shim) =>
        $"{(string.IsNullOrEmpty(shim.Root) ? $"{options.Value.ContainerdState}/runc" : shim.Root)}/{KubernetesNamespace}";

    private static ShimOptions ReadShimOptions(RootDirectory bundle)
    {
        RelativePath file = RelativePath.Parse("options.json");
        return bundle.Exists(file) && bundle.ReadFile(file, MaximumFile) is { Length: > 0 } json
            ? JsonSerializer.Deserialize(json, ContainersJson.Default.ShimOptions) ?? new ShimOptions()
            : new ShimOptions();
    }
}
