namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>Free space on a node.</summary>
public sealed class NodeStorage
{
    /// <summary>Bytes free where archives are kept, and unpacked for a restore.</summary>
    public long? ArchivesAvailableBytes { get; set; }

    /// <summary>Whether archives can be written there: not on a file system that is read-only.</summary>
    public bool? ArchivesWritable { get; set; }

    /// <summary>Bytes free where the kubelet keeps the volumes of Pods.</summary>
    public long? VolumesAvailableBytes { get; set; }
}
