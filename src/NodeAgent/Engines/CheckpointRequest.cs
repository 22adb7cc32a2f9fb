using CheckpointOperator.NodeAgent.Containers;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>A checkpoint to take.</summary>
/// <param name="Uid">UID of the ContainerCheckpoint, by which everything about it is named.</param>
/// <param name="Pod">The Pod, as it runs.</param>
/// <param name="Container">The container's name.</param>
/// <param name="ContainerId">The container's id as the Pod's status names it.</param>
/// <param name="Volumes">Whether the content of emptyDir volumes goes along.</param>
/// <param name="Timeout">How long it may take.</param>
public sealed record CheckpointRequest(string Uid, V1Pod Pod, string Container, string ContainerId, bool Volumes, TimeSpan Timeout)
{
    /// <summary>The emptyDir volumes whose content goes along.</summary>
    public IReadOnlyList<PodVolume> EmptyDirs { get; } = Volumes ? [.. PodVolume.Of(Pod, Container).Where(volume => volume.IsEmptyDir)] : [];

    /// <summary>What spec.volumes leaves out, each a sentence.</summary>
    public IEnumerable<string> LeftOut => Volumes
        ? []
        : PodVolume.Of(Pod, Container).Where(volume => volume.IsEmptyDir).Select(volume => $"the content of emptyDir volume {volume.Name} is left out: spec.volumes is None");
}
