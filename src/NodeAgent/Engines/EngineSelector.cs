using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Chooses the engine for a checkpoint.</summary>
/// <param name="containers">Finds the container, so its runtime.</param>
/// <param name="processes">Asks the runtime who it is.</param>
/// <param name="runtime">Engine Runtime.</param>
/// <param name="kubelet">Engine Kubelet.</param>
public sealed class EngineSelector(ContainerdContainers containers, INodeProcesses processes, RuntimeEngine runtime, KubeletEngine kubelet)
{
    /// <summary>Chooses: Runtime wherever the container runs on runc or crun, as only it keeps open connections and volumes.</summary>
    /// <param name="asked">What the object asks for.</param>
    /// <param name="containerId">The container's id as the Pod's status names it.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<EngineChoice> ChooseAsync(CheckpointEngine asked, string containerId, CancellationToken cancellationToken)
    {
        if (asked != CheckpointEngine.Auto)
            return new EngineChoice(asked, "asked for by spec.engine");
        if (!ContainerId.TryParse(containerId, out ContainerId id) || id.Engine != ContainerId.Containerd)
            return new EngineChoice(CheckpointEngine.Kubelet, $"chosen because the container's engine is {id.Engine ?? "unknown"}, not containerd");
        try
        {
            RunningContainer container = containers.Find(id.Id);
            string version = await new OciRuntime(processes, container.RuntimePath, container.RuntimeRoot).VersionAsync(cancellationToken);
            return version.Split(' ')[0] is "runc" or "crun"
                ? new EngineChoice(CheckpointEngine.Runtime, $"chosen because the container runs on {version}, which keeps open connections and volumes")
                : new EngineChoice(CheckpointEngine.Kubelet, $"chosen because the container runs on {version}, neither runc nor crun");
        }
        catch (Exception unknown) when (unknown is ContainerNotFoundException or OciRuntimeException)
        {
            return new EngineChoice(CheckpointEngine.Kubelet, $"chosen because the container's runtime cannot be asked: {unknown.Message}");
        }
    }

    /// <summary>The engine of a choice.</summary>
    /// <param name="choice">The choice.</param>
    public ICheckpointEngine For(EngineChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return choice.Engine == CheckpointEngine.Kubelet ? kubelet : runtime;
    }
}
