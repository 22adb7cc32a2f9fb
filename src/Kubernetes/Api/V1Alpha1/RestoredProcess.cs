namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>A restored process, as the agent proved it.</summary>
public sealed class RestoredProcess
{
    /// <summary>The container's id in its engine.</summary>
    public string? ContainerID { get; set; }

    /// <summary>Process id of its first process on the node.</summary>
    public int? Pid { get; set; }

    /// <summary>Entries written into the root file system and volumes.</summary>
    public long? FilesWritten { get; set; }

    /// <summary>Bytes written into the root file system and volumes.</summary>
    public long? BytesWritten { get; set; }

    /// <summary>Paths deleted from the image's files.</summary>
    public int? DeletedFiles { get; set; }

    /// <summary>From the runtime's request to the running process, in milliseconds.</summary>
    public long? RestoreMilliseconds { get; set; }
}
