namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The reasons of a CheckpointNode's conditions, by name for programs; docs/api.md is made of these comments.</summary>
public static class CheckpointNodeReasons
{
    /// <summary>The node can do it.</summary>
    /// <remarks>Nothing.</remarks>
    [Reason(ConditionTypes.CanCheckpoint, ConditionTypes.CanRestore)]
    public const string Capable = "Capable";

    /// <summary>The node's kernel is older than Linux 5.6.</summary>
    /// <remarks>Start a newer kernel there.</remarks>
    [Reason(ConditionTypes.CanCheckpoint, ConditionTypes.CanRestore)]
    public const string KernelTooOld = "KernelTooOld";

    /// <summary>There is no criu on the node.</summary>
    /// <remarks>Install CRIU 4.2 or later there.</remarks>
    [Reason(ConditionTypes.CanCheckpoint, ConditionTypes.CanRestore)]
    public const string CriuMissing = "CriuMissing";

    /// <summary>CRIU is too old for the node's kernel.</summary>
    /// <remarks>Install the version that the message names, or a later one.</remarks>
    [Reason(ConditionTypes.CanCheckpoint, ConditionTypes.CanRestore)]
    public const string CriuTooOld = "CriuTooOld";

    /// <summary>The kernel lacks what CRIU needs; CRIU's words are in the message.</summary>
    /// <remarks>Run criu check on the node as root.</remarks>
    [Reason(ConditionTypes.CanCheckpoint, ConditionTypes.CanRestore)]
    public const string CriuCheckFailed = "CriuCheckFailed";

    /// <summary>The node has no OCI runtime that can checkpoint and restore.</summary>
    /// <remarks>Install runc or crun with CRIU support, or name yours in the agent's setting Runtimes.</remarks>
    [Reason(ConditionTypes.CanCheckpoint, ConditionTypes.CanRestore)]
    public const string RuntimeMissing = "RuntimeMissing";

    /// <summary>The node has SELinux, and no runtime that can give a restored container its Pod's labels.</summary>
    /// <remarks>Install runc 1.1 or crun 1.5, or later.</remarks>
    [Reason(ConditionTypes.CanRestore)]
    public const string RuntimeTooOld = "RuntimeTooOld";

    /// <summary>Archives cannot be written on the node.</summary>
    /// <remarks>Mount the file system of the agent's setting Store for writing, or name another folder.</remarks>
    [Reason(ConditionTypes.CanCheckpoint)]
    public const string StoreReadOnly = "StoreReadOnly";

    /// <summary>The container engine does not know the runtime handler; why is in the message.</summary>
    /// <remarks>Look at the agent's log, or run checkpoint-agent install-runtime on the node.</remarks>
    [Reason(ConditionTypes.CanRestore)]
    public const string HandlerNotInstalled = "HandlerNotInstalled";

    /// <summary>The container engine did not come back with the runtime handler, and has its former configuration again.</summary>
    /// <remarks>See the container engine's log on the node; the agent tries again when its programs or configuration change.</remarks>
    [Reason(ConditionTypes.CanRestore)]
    public const string HandlerRolledBack = "HandlerRolledBack";
}
