namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The container that was checkpointed, and what it ran on.</summary>
public sealed class CheckpointedContainer
{
    /// <summary>The container's id in its engine.</summary>
    public string? Id { get; set; }

    /// <summary>Its name in the Pod.</summary>
    public string? Name { get; set; }

    /// <summary>The image as the Pod's status names it.</summary>
    public string? Image { get; set; }

    /// <summary>The image's id or digest as the Pod's status names it.</summary>
    public string? ImageDigest { get; set; }

    /// <summary>Name of the OCI runtime, such as runc.</summary>
    public string? Runtime { get; set; }

    /// <summary>The layout of the archive.</summary>
    public ArchiveDialect? Dialect { get; set; }

    /// <summary>Architecture, such as amd64.</summary>
    public string? Arch { get; set; }

    /// <summary>Bytes of a page of memory.</summary>
    public int? PageSize { get; set; }

    /// <summary>The processor.</summary>
    public NodeCpu? Cpu { get; set; }

    /// <summary>Kernel release.</summary>
    public string? Kernel { get; set; }

    /// <summary>Version of control groups, v1 or v2.</summary>
    public string? Cgroup { get; set; }

    /// <summary>CRIU's version.</summary>
    public string? Criu { get; set; }
}
