namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>CRIU on a node.</summary>
public sealed class NodeCriu
{
    /// <summary>Version.</summary>
    public string? Version { get; set; }

    /// <summary>Whether it is there and recent enough.</summary>
    public bool? Ok { get; set; }
}
