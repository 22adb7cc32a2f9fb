namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What a node's store holds.</summary>
public sealed class NodeArchives
{
    /// <summary>Number of archives.</summary>
    public int? Count { get; set; }

    /// <summary>Their size in bytes.</summary>
    public long? Bytes { get; set; }
}
