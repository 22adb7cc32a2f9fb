namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The reasons of a ContainerRestore's conditions, containers and Events, by name for programs; docs/api.md is made of these comments.</summary>
public static class RestoreReasons
{
    /// <summary>The spec breaks a rule of the CustomResourceDefinition that the API server did not check, asks for what the checkpoint cannot give, or was changed after the work began. Failed.</summary>
    /// <remarks>Make a new ContainerRestore; the message names each field and what would be right.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>This version does not serve it: spec.target Files, or a Pod with users of its own. Failed.</summary>
    /// <remarks>Do as the message says.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string NotSupported = "NotSupported";

    /// <summary>There is no ContainerCheckpoint of that name in the namespace, or it is being deleted. Pending.</summary>
    /// <remarks>Create it, or name another one of this namespace in a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, ConditionTypes.Restored, IsEvent = true)]
    public const string CheckpointNotFound = "CheckpointNotFound";

    /// <summary>The ContainerCheckpoint is not Ready yet. Pending.</summary>
    /// <remarks>Wait; the restore starts by itself.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, ConditionTypes.Restored, IsEvent = true)]
    public const string CheckpointNotReady = "CheckpointNotReady";

    /// <summary>The ContainerCheckpoint has failed. Pending.</summary>
    /// <remarks>Take a new checkpoint under the same name, or name another one in a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string CheckpointFailed = "CheckpointFailed";

    /// <summary>The archive is not where the agent's setting Store says. Pending; after the Pod was made, the kubelet tries again.</summary>
    /// <remarks>Put the file there, set Store to its folder, or take a new checkpoint.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, ConditionTypes.Restored, IsEvent = true)]
    public const string ArchiveMissing = "ArchiveMissing";

    /// <summary>There is no CheckpointNode for the node that holds the archive. Pending.</summary>
    /// <remarks>Bring the node back, and let the agent's DaemonSet run there.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string NodeNotFound = "NodeNotFound";

    /// <summary>The node that holds the archive lacks CRIU, a runtime, the handler, or its agent. Pending.</summary>
    /// <remarks>Mend the node as the message says; kubectl describe checkpointnode tells more.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string NodeCannotRestore = "NodeCannotRestore";

    /// <summary>The node's architecture is not the checkpoint's. Pending.</summary>
    /// <remarks>Restore on a node like the one that the checkpoint was taken on.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string ArchitectureDiffers = "ArchitectureDiffers";

    /// <summary>The node's page size is not the checkpoint's. Pending.</summary>
    /// <remarks>Restore on a node like the one that the checkpoint was taken on.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string PageSizeDiffers = "PageSizeDiffers";

    /// <summary>The node's processor lacks what the checkpoint's had. Pending; after the Pod was made, the kubelet tries again.</summary>
    /// <remarks>Restore on a node whose processor has it.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, ConditionTypes.Restored, IsEvent = true)]
    public const string CpuIncompatible = "CpuIncompatible";

    /// <summary>The node's kernel is older than the checkpoint's. Pending.</summary>
    /// <remarks>Start a newer kernel there.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string KernelTooOld = "KernelTooOld";

    /// <summary>The node has another version of control groups than the checkpoint's. Pending.</summary>
    /// <remarks>Restore on a node like the one that the checkpoint was taken on.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string CgroupVersionDiffers = "CgroupVersionDiffers";

    /// <summary>The node's CRIU is older than the one that took the checkpoint. Pending.</summary>
    /// <remarks>Install that version or a later one there.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string CriuTooOld = "CriuTooOld";

    /// <summary>The node has not the runtime that took the checkpoint. Pending.</summary>
    /// <remarks>Install it there.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string RuntimeMissing = "RuntimeMissing";

    /// <summary>There is no room on the node to unpack the archive, or for its files. Pending.</summary>
    /// <remarks>Make room there, by deleting ContainerCheckpoints that are not needed for one.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string DiskFull = "DiskFull";

    /// <summary>The archives that one Pod is to be restored from are on several nodes. Failed.</summary>
    /// <remarks>Name checkpoints whose archives are on one node in a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string NodesDiffer = "NodesDiffer";

    /// <summary>The checkpoints were taken of Pods with different specs. Failed.</summary>
    /// <remarks>Name checkpoints of the same Pod, or of Pods with equal specs, in a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string PodSpecsDiffer = "PodSpecsDiffer";

    /// <summary>The container mounted a volume that the checkpoint's Pod does not describe. Failed.</summary>
    /// <remarks>Take a new checkpoint, and name it in a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string VolumeMissing = "VolumeMissing";

    /// <summary>spec.template gives a volume a source that does not fit what the archive holds. Failed.</summary>
    /// <remarks>Leave the volume out of spec.template in a new ContainerRestore, or name a source of a like kind.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string VolumeDiffers = "VolumeDiffers";

    /// <summary>Another Pod has the name. Pending.</summary>
    /// <remarks>Delete that Pod, or set another spec.podName in a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Preflight, ConditionTypes.Ready, IsEvent = true)]
    public const string PodNameTaken = "PodNameTaken";

    /// <summary>The node holds the archive and can restore it.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(ConditionTypes.Preflight)]
    public const string Passed = "Passed";

    /// <summary>The API server refused the Pod: a quota, Pod Security, a webhook; its words are in the message. Pending.</summary>
    /// <remarks>Correct that; the restore goes on by itself.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string PodRefused = "PodRefused";

    /// <summary>The Pod was made.</summary>
    /// <remarks>Nothing; it goes on by itself.</remarks>
    [Reason(IsEvent = true)]
    public const string PodCreated = "PodCreated";

    /// <summary>The scheduler finds no place for the Pod; its words are in the message. Running.</summary>
    /// <remarks>Make room on the node that holds the archive.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string PodNotScheduled = "PodNotScheduled";

    /// <summary>The Pod is there, and its containers are being restored. Running.</summary>
    /// <remarks>Nothing; it goes on by itself.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Restored, IsEvent = true)]
    public const string Restoring = "Restoring";

    /// <summary>The processes were proven to go on.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(ConditionTypes.Ready, ConditionTypes.Restored, IsEvent = true)]
    public const string Restored = "Restored";

    /// <summary>A container is not restored; the message says why. Running while the kubelet tries again, else Failed.</summary>
    /// <remarks>Do as the message says; where it is Failed, delete the Pod and make a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string RestoreFailed = "RestoreFailed";

    /// <summary>A container runs, and nothing says that it was restored. Running.</summary>
    /// <remarks>Look at the agent's Pod on the node, and at the handler of its container engine.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string RestoreNotProven = "RestoreNotProven";

    /// <summary>The Pod was deleted before it ran restored. Failed once it is gone.</summary>
    /// <remarks>Make a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string PodDeleted = "PodDeleted";

    /// <summary>The Pod has failed; its words are in the message. Failed.</summary>
    /// <remarks>Correct the cause and make a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Ready, IsEvent = true)]
    public const string PodFailed = "PodFailed";

    /// <summary>On the Pod alone, in its container's state and its Events: it asks for a restore, and is not the Pod that a ContainerRestore restores into. The container is not started.</summary>
    /// <remarks>Make a ContainerRestore instead of annotating Pods by hand.</remarks>
    [Reason()]
    public const string NotAuthorized = "NotAuthorized";

    /// <summary>The archive holds what may not be restored, or is damaged. The kubelet tries again.</summary>
    /// <remarks>Take a new checkpoint.</remarks>
    [Reason(ConditionTypes.Restored, IsEvent = true)]
    public const string ArchiveRefused = "ArchiveRefused";

    /// <summary>The archive is not the one that was stored. The kubelet tries again.</summary>
    /// <remarks>Put the archive back as it was, or take a new checkpoint.</remarks>
    [Reason(ConditionTypes.Restored, IsEvent = true)]
    public const string DigestMismatch = "DigestMismatch";

    /// <summary>Files that the process had open in a volume were changed since the checkpoint: it goes on beside them, or is not restored where CRIU would not open them.</summary>
    /// <remarks>Give the file that the message names the size that it had; the kubelet tries again.</remarks>
    [Reason(ConditionTypes.Restored, ConditionTypes.VolumesUnchanged, IsEvent = true)]
    public const string VolumeChanged = "VolumeChanged";

    /// <summary>The Pod's handler runs another runtime than the one that took the checkpoint.</summary>
    /// <remarks>Give the handler the checkpoint's runtime, runc or crun.</remarks>
    [Reason(ConditionTypes.Restored, IsEvent = true)]
    public const string RuntimeDiffers = "RuntimeDiffers";

    /// <summary>The files of the restore could not be prepared. The kubelet tries again.</summary>
    /// <remarks>Do as the message says; the agent's log on the node tells more.</remarks>
    [Reason(ConditionTypes.Restored, IsEvent = true)]
    public const string PreparationFailed = "PreparationFailed";

    /// <summary>CRIU or the runtime could not restore the container; their words are in the message. The kubelet tries again.</summary>
    /// <remarks>Correct the cause; restore.log on the node tells more.</remarks>
    [Reason(ConditionTypes.Restored, IsEvent = true)]
    public const string RuntimeFailed = "RuntimeFailed";

    /// <summary>The runtime was asked as often as the agent's setting RestoreAttempts allows. Failed.</summary>
    /// <remarks>Correct the cause and make a new ContainerRestore.</remarks>
    [Reason(ConditionTypes.Restored, IsEvent = true)]
    public const string AttemptsUsedUp = "AttemptsUsedUp";

    /// <summary>The restored process ended, and the container was started from its image, as spec.onContainerRestart says.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(ConditionTypes.Containers)]
    public const string Ended = "Ended";

    /// <summary>The container is not among those to restore, and started from its image.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(ConditionTypes.Containers)]
    public const string NotListed = "NotListed";
}
