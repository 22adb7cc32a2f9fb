using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator;
using CheckpointOperator.Operator.Checkpoints;
using k8s.Models;

namespace CheckpointOperator.Documentation.Tests.Errors;

/// <summary>What the operator says of ContainerCheckpoints that cannot go on, from its own code.</summary>
internal static class CheckpointErrors
{
    /// <summary>By what is wrong.</summary>
    public static IReadOnlyDictionary<string, Func<string>> All { get; } = new Dictionary<string, Func<string>>
    {
        ["a timeout that is none"] = () => Spec(spec => spec.Timeout = "soon"),
        ["a timeout of two hours"] = () => Spec(spec => spec.Timeout = "2h"),
        ["a Pod's name that cannot be one"] = () => Spec(spec => spec.Pod = "Web_0"),
        ["a spec that was changed"] = () =>
        {
            V1Alpha1ContainerCheckpoint changed = Objects.Ready(change: status => status.ObservedGeneration = 1);
            changed.Metadata.Generation = 2;
            return CheckpointPreflight.FindSpecError(changed)!.Message;
        },
        ["no Pod"] = () => Container(null),
        ["a Pod that starts"] = () => Container(Objects.Pod(pod => pod.Status.Phase = "Pending")),
        ["a Pod that is being deleted"] = () => Container(Objects.Pod(pod => pod.Metadata.DeletionTimestamp = DateTime.UtcNow)),
        ["two containers and no name"] = () => Container(Objects.Pod(), spec => spec.Container = null),
        ["a container that there is not"] = () => Container(Objects.Pod(), spec => spec.Container = "other"),
        ["a container that waits"] = () => Container(Objects.Pod(pod =>
            pod.Status.ContainerStatuses[0].State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "ImagePullBackOff" } })),
        ["no agent"] = () => Node(null),
        ["an agent that is silent"] = () => Node(Objects.Node(status => status.HeartbeatTime = DateTime.UtcNow.AddHours(-1))),
        ["an agent that was never heard"] = () => Node(Objects.Node(status => status.HeartbeatTime = null)),
        ["a node without CRIU"] = () => Node(Objects.Node(status =>
            status.Conditions = status.Conditions.With(ConditionTypes.CanCheckpoint, Conditions.False, CheckpointNodeReasons.CriuMissing, "There is no criu.", null, DateTimeOffset.UtcNow))),
        ["a node without a runtime"] = () => Node(Objects.Node(status => status.Runtimes = []), spec => spec.Engine = CheckpointEngine.Runtime),
        ["a setting of the operator that cannot be"] = () => new OperatorOptionsValidator().Validate(null, new OperatorOptions { WatchTimeout = TimeSpan.FromDays(1) }).FailureMessage!,
        ["a kubelet without the API"] = () => Node(Objects.Node(status => status.Kubelet = new NodeKubelet { CheckpointApi = false }), spec => spec.Engine = CheckpointEngine.Kubelet),
    };

    private static string Spec(Action<ContainerCheckpointSpec> change) => CheckpointPreflight.FindSpecError(Objects.Checkpoint(change))!.Message;

    private static string Container(V1Pod? pod, Action<ContainerCheckpointSpec>? change = null) =>
        CheckpointPreflight.FindContainer(Objects.Checkpoint(change), pod, out _)!.Message;

    private static string Node(V1Alpha1CheckpointNode? node, Action<ContainerCheckpointSpec>? change = null) =>
        CheckpointPreflight.FindNodeObstacle(Objects.Checkpoint(change), Objects.Pod(), node, new Ages(TimeProvider.System))!.Message;
}
