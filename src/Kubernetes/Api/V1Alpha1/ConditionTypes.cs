namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The types of the conditions.</summary>
public static class ConditionTypes
{
    /// <summary>Of a ContainerCheckpoint and a ContainerRestore: it is done, and what it was made for is there.</summary>
    public const string Ready = "Ready";

    /// <summary>Of a ContainerCheckpoint: the container was written out.</summary>
    public const string Checkpointed = "Checkpointed";

    /// <summary>Of a ContainerCheckpoint: the archive is whole and in the node's store.</summary>
    public const string ArchiveVerified = "ArchiveVerified";

    /// <summary>Of a ContainerRestore: nothing stands in the way, as far as can be told before anything is touched.</summary>
    public const string Preflight = "Preflight";

    /// <summary>Of a ContainerRestore: the processes were proven to go on.</summary>
    public const string Restored = "Restored";

    /// <summary>Of a ContainerRestore, only where it is False: files that were open in volumes are not as they were.</summary>
    public const string VolumesUnchanged = "VolumesUnchanged";

    /// <summary>Of a CheckpointNode: containers of the node can be checkpointed.</summary>
    public const string CanCheckpoint = "CanCheckpoint";

    /// <summary>Of a CheckpointNode: checkpoints can be restored on the node.</summary>
    public const string CanRestore = "CanRestore";

    /// <summary>No condition: the reason of a container in <c>status.containers</c>.</summary>
    public const string Containers = "status.containers";
}
