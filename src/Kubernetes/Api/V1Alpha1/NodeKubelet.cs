namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The kubelet of a node.</summary>
public sealed class NodeKubelet
{
    /// <summary>Version.</summary>
    public string? Version { get; set; }

    /// <summary>Whether it answers the checkpoint API; nothing where that could not be found out.</summary>
    public bool? CheckpointApi { get; set; }

    /// <summary>What came of asking it, and what to do about it.</summary>
    public string? Message { get; set; }
}
