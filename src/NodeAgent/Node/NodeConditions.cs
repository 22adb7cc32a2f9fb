using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>Judges from what was probed whether the node can checkpoint and restore, and says what to do where it cannot.</summary>
internal static class NodeConditions
{
    public const string CanCheckpoint = "CanCheckpoint";
    public const string CanRestore = "CanRestore";

    private const string Capable = "Capable";

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
        if (Criu(probed) is { } lacking)
            return lacking;
        bool runtime = probed.Runtimes?.Any(candidate => candidate.Checkpoint == true) == true;
        return runtime || probed.Kubelet?.CheckpointApi == true
            ? (Capable, runtime ? "The node's OCI runtimes can checkpoint." : "The kubelet's checkpoint API is there.")
            : ("RuntimeMissing", "No OCI runtime of the node can checkpoint: install runc or crun built with CRIU support, or name yours in the agent's setting Runtimes.");
    }

    private static (string Reason, string Message) Restoring(CheckpointNodeStatus probed)
    {
        if (Criu(probed) is { } lacking)
            return lacking;
        if (probed.Runtimes?.Any(candidate => candidate.Checkpoint == true) != true)
            return ("RuntimeMissing", "No OCI runtime of the node can restore: install runc or crun built with CRIU support, or name yours in the agent's setting Runtimes.");
        return probed.RestoreRuntime?.Installed == true
            ? (Capable, $"The runtime handler {probed.RestoreRuntime.Handler} is installed.")
            : ("HandlerNotInstalled", $"containerd does not know the runtime handler {probed.RestoreRuntime?.Handler}: look at the agent's log, or run checkpoint-agent install-runtime on the node.");
    }

    private static (string Reason, string Message)? Criu(CheckpointNodeStatus probed) => probed.Criu switch
    {
        { Ok: true } => null,
        { Message: { } problem } => ("CriuCheckFailed", $"The kernel lacks what CRIU needs (criu check: {problem}): run criu check on the node as root."),
        { Version: { } old } => ("CriuTooOld", $"CRIU {old} cannot restore into a Pod: install CRIU 3.16 or later, 4.2 on Linux 6.13 and later."),
        _ => ("CriuMissing", "There is no criu on the node: install CRIU 4.2 or later."),
    };
}
