namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The reasons of a ContainerCheckpoint's conditions and Events, by name for programs; docs/api.md is made of these comments.</summary>
public static class CheckpointReasons
{
    /// <summary>The spec breaks a rule of the CustomResourceDefinition that the API server did not check, or was changed after the work began. Failed.</summary>
    /// <remarks>Make a new ContainerCheckpoint; the message names each field and what would be right.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>There is no Pod of that name in the namespace. Pending.</summary>
    /// <remarks>Create the Pod, or name another one in a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string PodNotFound = "PodNotFound";

    /// <summary>The Pod does not run, or is being deleted. Pending.</summary>
    /// <remarks>Wait until it runs; the checkpoint starts by itself.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string PodNotRunning = "PodNotRunning";

    /// <summary>The Pod has several containers, and spec.container names none. Pending.</summary>
    /// <remarks>Name one of those in the message in a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string ContainerRequired = "ContainerRequired";

    /// <summary>The Pod has no container of that name. Pending.</summary>
    /// <remarks>Name one of those in the message in a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string ContainerNotFound = "ContainerNotFound";

    /// <summary>The container does not run. Pending; Failed where it ended once its node was at work.</summary>
    /// <remarks>Wait until it runs, or make a new ContainerCheckpoint where this one is Failed.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Checkpointed, IsEvent = true)]
    public const string ContainerNotRunning = "ContainerNotRunning";

    /// <summary>The node of the Pod lacks CRIU, a runtime, the engine that was asked for, or its agent. Pending.</summary>
    /// <remarks>Mend the node as the message says; kubectl describe checkpointnode tells more.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string NodeCannotCheckpoint = "NodeCannotCheckpoint";

    /// <summary>The Pod was found, and its node has the work.</summary>
    /// <remarks>Nothing; it goes on by itself.</remarks>
    [Reason(IsEvent = true)]
    public const string Assigned = "Assigned";

    /// <summary>The node's agent is at work.</summary>
    /// <remarks>Nothing; it goes on by itself.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Checkpointed, IsEvent = true)]
    public const string Checkpointing = "Checkpointing";

    /// <summary>The container was written out and goes on.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(ConditionTypes.Checkpointed)]
    public const string Checkpointed = "Checkpointed";

    /// <summary>The archive is whole and in the node's store.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(ConditionTypes.ArchiveVerified)]
    public const string ArchiveVerified = "ArchiveVerified";

    /// <summary>An archive that was missing, or had another path, was found in the store.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(ConditionTypes.ArchiveVerified)]
    public const string ArchiveFound = "ArchiveFound";

    /// <summary>The checkpoint can be restored.</summary>
    /// <remarks>Name it in a ContainerRestore.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string Ready = "Ready";

    /// <summary>The archive of a Ready checkpoint is not where the agent's setting Store says.</summary>
    /// <remarks>Put the file there, set Store to its folder, or take a new checkpoint.</remarks>
    [Reason(ConditionTypes.ArchiveVerified, ConditionTypes.Ready, IsEvent = true)]
    public const string ArchiveMissing = "ArchiveMissing";

    /// <summary>CRIU, the runtime or the kubelet could not take the checkpoint; their words are in the message. Failed.</summary>
    /// <remarks>Correct the cause and make a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Checkpointed, IsEvent = true)]
    public const string CheckpointFailed = "CheckpointFailed";

    /// <summary>The engine that spec.engine asks for cannot work on the node or with the container. Failed.</summary>
    /// <remarks>Use spec.engine Auto, or give the node what the message names, and make a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Checkpointed, IsEvent = true)]
    public const string EngineUnavailable = "EngineUnavailable";

    /// <summary>There is no usable CRIU on the node. Failed.</summary>
    /// <remarks>Install CRIU there and make a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Checkpointed, IsEvent = true)]
    public const string CriuMissing = "CriuMissing";

    /// <summary>The checkpoint was not done within spec.timeout. Failed.</summary>
    /// <remarks>Raise spec.timeout in a new ContainerCheckpoint, or look at the agent's Pod on the node.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Checkpointed, IsEvent = true)]
    public const string TimedOut = "TimedOut";

    /// <summary>The node left the cluster before the checkpoint was Ready. Failed.</summary>
    /// <remarks>Take a new checkpoint with a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string NodeLost = "NodeLost";

    /// <summary>The engine wrote an archive that could not be restored, or of another container. Failed.</summary>
    /// <remarks>Correct the cause and make a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Checkpointed, IsEvent = true)]
    public const string ArchiveRefused = "ArchiveRefused";

    /// <summary>There is no room for the archive on the node. Failed.</summary>
    /// <remarks>Delete ContainerCheckpoints that are not needed, or make room there, and make a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Checkpointed, IsEvent = true)]
    public const string DiskFull = "DiskFull";

    /// <summary>The file system of the agent's store takes no writes. Failed.</summary>
    /// <remarks>Mount it for writing and make a new ContainerCheckpoint.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Checkpointed, IsEvent = true)]
    public const string StoreReadOnly = "StoreReadOnly";

    /// <summary>The Pod was deleted after its checkpoint, as spec.afterCheckpoint says.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(IsEvent = true)]
    public const string PodDeleted = "PodDeleted";

    /// <summary>The object was deleted, as spec.ttl says.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(IsEvent = true)]
    public const string Expired = "Expired";

    /// <summary>The object was deleted, and its archive with it.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(IsEvent = true)]
    public const string ArchiveDeleted = "ArchiveDeleted";

    /// <summary>The object was deleted, and its archive stays on the node, as spec.deletionPolicy says.</summary>
    /// <remarks>Delete the file on the node when it is not needed any more.</remarks>
    [Reason(IsEvent = true)]
    public const string ArchiveRetained = "ArchiveRetained";

    /// <summary>The object was deleted after its node had left the cluster; nobody removed the archive there.</summary>
    /// <remarks>Remove the file if the node's disk comes back.</remarks>
    [Reason(IsEvent = true)]
    public const string ArchiveAbandoned = "ArchiveAbandoned";
}
