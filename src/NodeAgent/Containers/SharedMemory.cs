using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>A Pod's shared memory: the sandbox' own tmpfs that its containers have at /dev/shm.</summary>
public static class SharedMemory
{
    /// <summary>Where a container has it.</summary>
    public const string MountPoint = "/dev/shm";

    /// <summary>Its content in an archive, as podman names it (checkpointctl, lib/metadata.go: DevShmCheckpointTar).</summary>
    public const string ArchiveName = "devshm-checkpoint.tar";

    // containerd: …/sandboxes/ID/shm; CRI-O: …/overlay-containers/ID/userdata/shm.
    private const string FolderName = "shm";
    private const string ContainerdSandbox = "io.kubernetes.cri.sandbox-id";
    private const string CriOSandbox = "io.kubernetes.cri-o.SandboxID";

    /// <summary>Opens its folder; null where a container has none of the Pod's own: a volume may be mounted there, or the node's own with <c>hostIPC</c>.</summary>
    /// <param name="node">The node's files.</param>
    /// <param name="container">The container.</param>
    public static RootDirectory? TryOpen(NodeRoot node, RunningContainer container)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(container);
        return SourceIn(container) is { } source && RelativePath.TryParse(source, out RelativePath path) && node.Directory.StatTarget(path)?.Type == FileType.Directory
            ? node.OpenDirectory(source)
            : null;
    }

    /// <summary>Its folder on the node; null where there is none of the Pod's own.</summary>
    /// <param name="container">The container.</param>
    internal static string? SourceIn(RunningContainer container)
    {
        string? sandbox = container.Spec.Annotation(container.Id.Engine == ContainerId.CriO ? CriOSandbox : ContainerdSandbox);
        string? source = container.Spec.Mounts?.LastOrDefault(mount => mount.Destination == MountPoint)?.Source;
        return ContainerId.IsValid(sandbox) && source?.Split('/') is { } parts && parts[^1] == FolderName && parts.Contains(sandbox) ? source : null;
    }
}
