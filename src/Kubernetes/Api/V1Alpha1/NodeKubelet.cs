namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The kubelet of a node.</summary>
public sealed class NodeKubelet
{
    /// <summary>Version.</summary>
    public string? Version { get; set; }

    /// <summary>Whether it answers the checkpoint API.</summary>
    public bool? CheckpointApi { get; set; }
}
