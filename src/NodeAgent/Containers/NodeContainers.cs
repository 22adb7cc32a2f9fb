namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>Finds the node's containers, whichever engine has them.</summary>
/// <param name="containerd">containerd's.</param>
/// <param name="crio">CRI-O's.</param>
public sealed class NodeContainers(ContainerdContainers containerd, CriOContainers crio)
{
    /// <summary>Whether containers of an engine can be found.</summary>
    /// <param name="engine">The engine's scheme in container ids.</param>
    public static bool Knows(string? engine) => engine is ContainerId.Containerd or ContainerId.CriO;

    /// <summary>Finds a container that runs.</summary>
    /// <param name="id">The container.</param>
    /// <exception cref="ContainerNotFoundException">Its engine has none of that id, or is neither containerd nor CRI-O.</exception>
    public RunningContainer Find(ContainerId id) => id.Engine switch
    {
        ContainerId.Containerd => containerd.Find(id.Id),
        ContainerId.CriO => crio.Find(id.Id),
        _ => throw new ContainerNotFoundException($"container {id} is of neither containerd nor CRI-O"),
    };

    /// <summary>Finds a container that is being created.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="bundle">Its bundle, which tells the engine.</param>
    /// <param name="runtime">The runtime that creates it.</param>
    /// <param name="runtimeRoot">That runtime's state folder.</param>
    /// <exception cref="ContainerNotFoundException">No engine has such a bundle.</exception>
    public RunningContainer FindCreated(string id, string bundle, string runtime, string runtimeRoot) =>
        ContainerId.IsValid(id) && bundle == crio.BundleOf(id) ? crio.FindCreated(id, runtime, runtimeRoot) : containerd.Find(id);
}
