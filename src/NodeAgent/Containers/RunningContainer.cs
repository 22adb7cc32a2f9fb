using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Core.Security;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>A container as it lies on the node.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Bundle">Path of its OCI bundle.</param>
/// <param name="RuntimePath">The OCI runtime that runs it: a name or a path.</param>
/// <param name="RuntimeRoot">That runtime's state folder.</param>
/// <param name="Spec">Its configuration.</param>
/// <param name="SpecJson">Its configuration as it stands in the bundle.</param>
public sealed record RunningContainer(ContainerId Id, string Bundle, string RuntimePath, string RuntimeRoot, OciSpec Spec, ReadOnlyMemory<byte> SpecJson)
{
    /// <summary>Path of its root file system.</summary>
    public string RootFs => Path.Combine(Bundle, Spec.Root?.Path ?? "rootfs");

    /// <summary>The label that files which CRIU writes or reads for it must carry; null where there is none.</summary>
    public SELinuxLabel? MountLabel { get; } = OciBundle.ParseMountLabel(SpecJson);

    /// <summary>
    /// The ids of its user namespace; null where it has the node's. The overlay's upper folder, and the mounted root as the node sees it, hold the
    /// ids outside, whether the image's folders were changed to them or mounted with a map; a volume, which is mounted
    /// with a map, holds those inside, so that volumes' archives need no change.
    /// </summary>
    public IdMap? Ids => Spec.Linux is { UidMappings: { Count: > 0 } users, GidMappings: { Count: > 0 } groups }
        ? new IdMap([.. users.Select(Range)], [.. groups.Select(Range)])
        : null;

    private static IdRange Range(OciIdMapping mapping) => new(mapping.ContainerId, mapping.HostId, mapping.Size);
}
