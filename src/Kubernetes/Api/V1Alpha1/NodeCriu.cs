namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>CRIU on a node.</summary>
public sealed class NodeCriu
{
    /// <summary>Version.</summary>
    public string? Version { get; set; }

    /// <summary>Whether it is there, recent enough, and its check of the kernel passed.</summary>
    public bool? Ok { get; set; }

    /// <summary>What its check of the kernel (criu check) complains of.</summary>
    public string? Message { get; set; }
}
