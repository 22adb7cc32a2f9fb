namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>An OCI runtime on a node.</summary>
public sealed class NodeRuntime
{
    /// <summary>Name, such as runc.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Path on the node.</summary>
    public string? Path { get; set; }

    /// <summary>Version.</summary>
    public string? Version { get; set; }

    /// <summary>Whether it can checkpoint and restore a container.</summary>
    public bool? Checkpoint { get; set; }

    /// <summary>Whether it can restore into a Pod's namespaces (--lsm-mount-context).</summary>
    public bool? PodRestore { get; set; }
}
