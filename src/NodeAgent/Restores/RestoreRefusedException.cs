using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>A container is not restored. The kubelet shows the message and tries again.</summary>
/// <param name="reason">A CamelCase word for the condition.</param>
/// <param name="message">Names what was expected and what to do.</param>
/// <param name="restore">The ContainerRestore to tell it on; null where the Pod is not the one that it restores into, or where it says so already.</param>
/// <param name="container">The container to tell it of; given with the restore.</param>
internal sealed class RestoreRefusedException(string reason, string message, V1Alpha1ContainerRestore? restore = null, string? container = null) : Exception(message)
{
    public const string NotAuthorized = RestoreReasons.NotAuthorized;
    public const string CheckpointNotFound = RestoreReasons.CheckpointNotFound;
    public const string CheckpointNotReady = RestoreReasons.CheckpointNotReady;
    public const string ArchiveRefused = RestoreReasons.ArchiveRefused;
    public const string VolumeChanged = RestoreReasons.VolumeChanged;
    public const string CpuIncompatible = RestoreReasons.CpuIncompatible;
    public const string RuntimeDiffers = RestoreReasons.RuntimeDiffers;
    public const string PreparationFailed = RestoreReasons.PreparationFailed;
    public const string RuntimeFailed = RestoreReasons.RuntimeFailed;
    public const string AttemptsUsedUp = RestoreReasons.AttemptsUsedUp;

    /// <summary>A CamelCase word for the condition.</summary>
    public string Reason => reason;

    /// <summary>The ContainerRestore to tell it on; null where the Pod is not the one that it restores into, or where it says so already.</summary>
    public V1Alpha1ContainerRestore? Restore => restore;

    /// <summary>The container to tell it of.</summary>
    public string? Container => container;
}
