namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>An archive in a node's store.</summary>
public sealed class ArchiveStatus
{
    /// <summary>Path on the node. Only root can read it.</summary>
    public string? Path { get; set; }

    /// <summary>Size in bytes.</summary>
    public long? SizeBytes { get; set; }

    /// <summary><c>sha256:</c> and 64 hexadecimal digits, over the whole file.</summary>
    public string? Digest { get; set; }

    /// <summary>none, gzip or zstd.</summary>
    public string? Compression { get; set; }
}
