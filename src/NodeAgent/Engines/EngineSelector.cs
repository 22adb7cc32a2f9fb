using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Containers;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Chooses the engine for a checkpoint.</summary>
/// <param name="containers">Finds the container, so its runtime.</param>
/// <param name="probe">Asks the runtime who it is.</param>
/// <param name="runtime">Engine Runtime.</param>
/// <param name="kubelet">Engine Kubelet.</param>
internal sealed class EngineSelector(NodeContainers containers, OciRuntimeProbe probe, RuntimeEngine runtime, KubeletEngine kubelet)
{
    /// <summary>Chooses: Runtime wherever the container runs on runc or crun, as only it keeps open connections.</summary>
    /// <param name="asked">What the object asks for.</param>
    /// <param name="containerId">The container's id as the Pod's status names it.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<EngineChoice> ChooseAsync(CheckpointEngine asked, string containerId, CancellationToken cancellationToken)
    {
        if (asked != CheckpointEngine.Auto)
            return new EngineChoice(asked, "asked for by spec.engine");
        if (!ContainerId.TryParse(containerId, out ContainerId id) || !NodeContainers.Knows(id.Engine))
            return new EngineChoice(CheckpointEngine.Kubelet, $"chosen because the container's engine is {id.Engine ?? "unknown"}, neither containerd nor CRI-O");
        try
        {
            RunningContainer container = containers.Find(id);
            string? version = await probe.GetVersionLineAsync(container.RuntimePath, cancellationToken);
            if (version is null)
                return new EngineChoice(CheckpointEngine.Kubelet, $"chosen because the container's runtime cannot be asked: {container.RuntimePath} --version failed");
            return version.Split(' ')[0] is "runc" or "crun"
                ? new EngineChoice(CheckpointEngine.Runtime, $"chosen because the container runs on {version}, which keeps open connections and volumes")
                : new EngineChoice(CheckpointEngine.Kubelet, $"chosen because the container runs on {version}, neither runc nor crun");
        }
        catch (ContainerNotFoundException unknown)
        {
            return new EngineChoice(CheckpointEngine.Kubelet, $"chosen because the container's runtime cannot be asked: {unknown.Message}");
        }
    }

    /// <summary>The engine to try after one that cannot work with the container at all; null where the object left no choice, or none is left.</summary>
    /// <param name="asked">What the object asks for.</param>
    /// <param name="tried">What was tried.</param>
    /// <param name="failure">What came of it.</param>
    public static EngineChoice? Instead(CheckpointEngine asked, EngineChoice tried, CheckpointFailedException failure)
    {
        ArgumentNullException.ThrowIfNull(tried);
        ArgumentNullException.ThrowIfNull(failure);
        if (asked != CheckpointEngine.Auto || tried.IsFallback || failure.Reason != CheckpointFailedException.EngineUnavailable)
            return null;
        CheckpointEngine other = tried.Engine == CheckpointEngine.Kubelet ? CheckpointEngine.Runtime : CheckpointEngine.Kubelet;
        return new EngineChoice(other, $"chosen because engine {tried.Engine} cannot: {failure.Message}", IsFallback: true);
    }

    /// <summary>The engine of a choice.</summary>
    /// <param name="choice">The choice.</param>
    public ICheckpointEngine For(EngineChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return choice.Engine == CheckpointEngine.Kubelet ? kubelet : runtime;
    }
}
