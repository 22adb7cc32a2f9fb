using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>Judges from what was probed whether the node can checkpoint and restore, and says what to do where it cannot.</summary>
internal static class NodeConditions
{
    public const string CanCheckpoint = ConditionTypes.CanCheckpoint;
    public const string CanRestore = ConditionTypes.CanRestore;

    private const string Capable = CheckpointNodeReasons.Capable;

    /// <summary>Both conditions.</summary>
    /// <param name="probed">What was probed.</param>
    /// <param name="before">The conditions as they were.</param>
    /// <param name="now">The time of a transition.</param>
    public static IList<V1Condition> Of(CheckpointNodeStatus probed, IList<V1Condition>? before, DateTimeOffset now)
    {
        (string reason, string message) checkpoint = Checkpointing(probed);
        (string reason, string message) restore = Restoring(probed);
        return before
            .With(CanCheckpoint, Status(checkpoint.reason), checkpoint.reason, checkpoint.message, null, now)
            .With(CanRestore, Status(restore.reason), restore.reason, restore.message, null, now);

        static string Status(string reason) => reason == Capable ? Conditions.True : Conditions.False;
    }

    private static (string Reason, string Message) Checkpointing(CheckpointNodeStatus probed)
    {
        if (Lacking(probed) is { } lacking)
            return lacking;
        if (probed.Storage?.ArchivesWritable == false)
            return (CheckpointNodeReasons.StoreReadOnly, "Archives cannot be written on the node: the file system of the agent's setting Store is mounted read-only. See why on the node (dmesg), and mount it to be written, or name another folder.");
        bool runtime = probed.Runtimes?.Any(candidate => candidate.Checkpoint == true) == true;
        return runtime || probed.Kubelet?.CheckpointApi == true
            ? (Capable, runtime ? "The node's OCI runtimes can checkpoint." : "The kubelet's checkpoint API is there.")
            : (CheckpointNodeReasons.RuntimeMissing, "No OCI runtime of the node can checkpoint: install runc or crun built with CRIU support, or name yours in the agent's setting Runtimes.");
    }

    private static (string Reason, string Message) Restoring(CheckpointNodeStatus probed)
    {
        if (Lacking(probed) is { } lacking)
            return lacking;
        IEnumerable<NodeRuntime> runtimes = probed.Runtimes?.Where(candidate => candidate.Checkpoint == true) ?? [];
        if (!runtimes.Any())
            return (CheckpointNodeReasons.RuntimeMissing, "No OCI runtime of the node can restore: install runc or crun built with CRIU support, or name yours in the agent's setting Runtimes.");
        if (probed.Selinux is not (null or "disabled") && !runtimes.Any(runtime => runtime.PodRestore == true))
            return (CheckpointNodeReasons.RuntimeTooOld, "The node has SELinux, and none of its OCI runtimes can give a restored container the labels of its Pod (--lsm-mount-context): install runc 1.1 or crun 1.5, or later.");
        return probed.RestoreRuntime switch
        {
            { Installed: true } installed => (Capable, $"The runtime handler {installed.Handler} is installed."),
            { RolledBack: true } rolledBack => (
                CheckpointNodeReasons.HandlerRolledBack,
                $"The container engine did not come back with the runtime handler {rolledBack.Handler} ({rolledBack.Message}) and has its former configuration again: see its log on the node. The agent tries again when the node's programs or configuration change, or when its Pod is deleted."),
            var missing => (
                CheckpointNodeReasons.HandlerNotInstalled,
                $"The container engine does not know the runtime handler {missing?.Handler}{(missing?.Message is { } why ? $" ({why})" : "")}: look at the agent's log, or run checkpoint-agent install-runtime on the node."),
        };
    }

    private static (string Reason, string Message)? Lacking(CheckpointNodeStatus probed) =>
        CriuRequirement.KernelVersion(probed.Kernel) is { } kernel && kernel < CriuRequirement.OldestKernel
            ? (CheckpointNodeReasons.KernelTooOld, $"Linux {probed.Kernel} is too old: the node needs {CriuRequirement.OldestKernel} or later.")
        : probed.Criu switch
        {
            { Version: { } old } when !CriuRequirement.IsMetBy(old, probed.Kernel) =>
                (CheckpointNodeReasons.CriuTooOld, $"CRIU {old} is too old for Linux {probed.Kernel}: install CRIU {CriuRequirement.For(probed.Kernel)} or later."),
            { Ok: true } => null,
            { Message: { } problem } => (CheckpointNodeReasons.CriuCheckFailed, $"The kernel lacks what CRIU needs (criu check: {problem}): run criu check on the node as root."),
            _ => (CheckpointNodeReasons.CriuMissing, "There is no criu on the node: install CRIU 4.2 or later."),
        };
}
