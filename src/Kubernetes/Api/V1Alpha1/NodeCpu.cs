namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The processor of a node.</summary>
public sealed class NodeCpu
{
    /// <summary>Vendor id.</summary>
    public string? Vendor { get; set; }

    /// <summary><c>sha256:</c> and the digest of the sorted feature flags.</summary>
    public string? FeaturesDigest { get; set; }
}
