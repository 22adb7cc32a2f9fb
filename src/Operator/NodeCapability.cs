using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.Operator;

/// <summary>Reads from a CheckpointNode what its node can do.</summary>
internal static class NodeCapability
{
    // The agent writes its heartbeat at least every five minutes: two of them missed, and a minute for clocks that differ.
    private static readonly TimeSpan HeartbeatLimit = TimeSpan.FromMinutes(11);

    /// <summary>Why a node cannot take a checkpoint with an engine, or null.</summary>
    public static string? WhyItCannotCheckpoint(V1Alpha1CheckpointNode node, CheckpointEngine engine, Ages ages) =>
        WhyItIsSilent(node, ages)
        ?? WhyFalse(node, ConditionTypes.CanCheckpoint)
        ?? engine switch
        {
            CheckpointEngine.Kubelet when node.Status.Kubelet?.CheckpointApi == false =>
                $"{node.Status.Kubelet.Message ?? $"the kubelet of node {node.Metadata.Name} does not answer the checkpoint API (on by default from Kubernetes 1.30)"}. Use spec.engine Auto or Runtime.",
            CheckpointEngine.Runtime when node.Status.Runtimes is { } runtimes && !runtimes.Any(runtime => runtime.Checkpoint == true) =>
                $"node {node.Metadata.Name} has no OCI runtime that can checkpoint. Install runc or crun, and CRIU, on the node.",
            _ => null,
        };

    /// <summary>Why a node cannot restore at all, or null.</summary>
    public static string? WhyItCannotRestore(V1Alpha1CheckpointNode node, Ages ages)
    {
        string name = node.Metadata.Name;
        CheckpointNodeStatus status = node.Status;
        return WhyItIsSilent(node, ages)
            // The agent says it best; what follows is for one of another version.
            ?? WhyFalse(node, ConditionTypes.CanRestore)
            ?? (status.Criu?.Ok != true ? $"node {name} has no usable CRIU (found: {status.Criu?.Version ?? "none"}). Install CRIU 4.2 or later on the node." : null)
            ?? (status.RestoreRuntime?.Installed != true
                ? $"the restore runtime is not installed on node {name}. See the log of the agent's Pod on that node, which installs it." : null)
            ?? (status.RestoreRuntime?.Handler is { } handler && handler != ApiGroup.RestoreHandler
                ? $"the restore runtime of node {name} serves handler {handler}, and RuntimeClass {ApiGroup.RestoreHandler} names handler {ApiGroup.RestoreHandler}. Correct the agent's settings." : null);
    }

    /// <summary>How long until a node's agent counts as silent where it writes nothing more.</summary>
    public static TimeSpan? TimeUntilSilent(V1Alpha1CheckpointNode node, Ages ages) =>
        node.Status.HeartbeatTime is { } heartbeat ? HeartbeatLimit - ages.Of(node, heartbeat) + TimeSpan.FromSeconds(1) : null;

    private static string? WhyItIsSilent(V1Alpha1CheckpointNode node, Ages ages) =>
        node.Status.HeartbeatTime is { } heartbeat && ages.Of(node, heartbeat) <= HeartbeatLimit
            ? null
            : $"the agent of node {node.Metadata.Name} was last heard {(node.Status.HeartbeatTime is { } last ? $"at {last:u}" : "never")}. Look at its Pod on that node.";

    private static string? WhyFalse(V1Alpha1CheckpointNode node, string type) =>
        node.Status.Conditions.Find(type) is { Status: not Conditions.True } condition
            ? $"node {node.Metadata.Name} says {type}={condition.Status} ({condition.Reason}): {condition.Message}"
            : null;
}
