using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary><c>checkpoint-operator.json</c>: what a restore wants to know and no other file of the layout tells.</summary>
public sealed record ArchiveMetadata
{
    /// <summary>The file's name in the archive.</summary>
    public const string FileName = "checkpoint-operator.json";

    /// <summary>Version of this file's form.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The Pod's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The Pod's name.</summary>
    public string? Pod { get; init; }

    /// <summary>The Pod's UID.</summary>
    public string? PodUid { get; init; }

    /// <summary>The Pod's addresses, on which open connections were.</summary>
    public IReadOnlyList<string> PodIps { get; init; } = [];

    /// <summary>The container's name.</summary>
    public string? Container { get; init; }

    /// <summary>The image as the Pod's status names it.</summary>
    public string? Image { get; init; }

    /// <summary>The image's id or digest.</summary>
    public string? ImageDigest { get; init; }

    /// <summary>Digest of the image's configuration: the same wherever the image was pulled from.</summary>
    public string? ImageConfigDigest { get; init; }

    /// <summary>The volumes that the container mounts.</summary>
    public IReadOnlyList<ArchivedVolume> Volumes { get; init; } = [];

    /// <summary>The OCI runtime's version line.</summary>
    public string? Runtime { get; init; }

    /// <summary>CRIU's version.</summary>
    public string? Criu { get; init; }

    /// <summary>Kernel release.</summary>
    public string? Kernel { get; init; }

    /// <summary>Architecture.</summary>
    public string? Arch { get; init; }

    /// <summary>Bytes of a page of memory.</summary>
    public int? PageSize { get; init; }

    /// <summary>Version of control groups, v1 or v2.</summary>
    public string? Cgroup { get; init; }

    /// <summary>The processor.</summary>
    public NodeCpu? Cpu { get; init; }
}
