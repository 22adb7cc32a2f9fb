namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The processor of a node.</summary>
public sealed class NodeCpu
{
    /// <summary>Vendor id.</summary>
    public string? Vendor { get; set; }

    /// <summary><c>sha256:</c> and the digest of the sorted feature flags.</summary>
    public string? FeaturesDigest { get; set; }

    /// <summary>The features that programs can tell, sorted, by the kernel's names (<c>/proc/cpuinfo</c>): instructions and the state that they use.</summary>
    public IList<string>? Features { get; set; }

    /// <summary>Bytes in which the processor saves its extended state (CPUID leaf 13), which are in every process' dump; nothing where it has none.</summary>
    public int? ExtendedStateBytes { get; set; }
}
