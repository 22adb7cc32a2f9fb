namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What became of one container of a restored Pod. The node's agent writes it for those to restore, the operator for the others.</summary>
public sealed class RestoreContainerStatus
{
    /// <summary>The container's name.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Name of the ContainerCheckpoint that it is restored from; null for a container that starts from its image.</summary>
    public string? Checkpoint { get; set; }

    /// <summary>What became of it.</summary>
    public RestoreResult Result { get; set; }

    /// <summary>Why, in one CamelCase word that programs read.</summary>
    public string? Reason { get; set; }

    /// <summary>Why, in one sentence that people read, and what to do if something is wrong.</summary>
    public string? Message { get; set; }

    /// <summary>How often the runtime was asked to restore it; it begins anew once the container went on for ten minutes.</summary>
    public int? Attempts { get; set; }

    /// <summary>The container's id in its engine.</summary>
    public string? ContainerID { get; set; }

    /// <summary>Process id of its first process on the node.</summary>
    public int? Pid { get; set; }

    /// <summary>Entries written into its root file system and volumes.</summary>
    public long? FilesWritten { get; set; }

    /// <summary>Bytes written into its root file system and volumes.</summary>
    public long? BytesWritten { get; set; }

    /// <summary>Paths deleted from the image's files.</summary>
    public int? DeletedFiles { get; set; }

    /// <summary>From the runtime's request to the running process, in milliseconds.</summary>
    public long? RestoreMilliseconds { get; set; }

    /// <summary>When it was last proven to go on.</summary>
    public DateTime? RestoredTime { get; set; }
}
