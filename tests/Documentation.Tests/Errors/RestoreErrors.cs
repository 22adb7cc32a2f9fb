using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Documentation.Tests.Errors;

/// <summary>What the operator says of ContainerRestores that cannot go on, from its own code.</summary>
internal static class RestoreErrors
{
    /// <summary>By what is wrong.</summary>
    public static IReadOnlyDictionary<string, Func<string>> All { get; } = new Dictionary<string, Func<string>>
    {
        ["no checkpoint named"] = () => Spec(spec => spec.Checkpoint = null),
        ["one and several at once"] = () => Spec(spec => spec.Containers = [new RestoreContainer { Name = "app", Checkpoint = "first" }]),
        ["files into a Pod of a name"] = () => Spec(spec => (spec.Target, spec.PodName) = (RestoreTarget.Files, "other")),
        ["files alone"] = () => Spec(spec => spec.Target = RestoreTarget.Files),
        ["a checkpoint that there is not"] = () => Checkpoint(null),
        ["a checkpoint that is being deleted"] = () => Checkpoint(Changed(checkpoint => checkpoint.Metadata.DeletionTimestamp = DateTime.UtcNow)),
        ["a checkpoint that has failed"] = () => Checkpoint(Objects.Ready(change: status => (status.Phase, status.Message) = (CheckpointPhase.Failed, "CRIU said no."))),
        ["a checkpoint that is not Ready"] = () => Checkpoint(Objects.Ready(change: status => status.Phase = CheckpointPhase.Running)),
        ["an archive that is not there"] = () => Checkpoint(Objects.Ready(change: status =>
            status.Conditions = status.Conditions.With(ConditionTypes.ArchiveVerified, Conditions.False, CheckpointReasons.ArchiveMissing, "it is not there", null, DateTimeOffset.UtcNow))),
        ["a Pod with users of its own"] = () => Checkpoint(Objects.Ready(change: status => status.PodTemplate!.Spec.HostUsers = false)),
        ["a template that unconfines"] = () => Template(new RestoreTemplate
        {
            Metadata = new RestoreTemplateMetadata { Annotations = new Dictionary<string, string> { ["container.apparmor.security.beta.kubernetes.io/app"] = "unconfined" } },
        }),
        ["a template with another container"] = () => Template(new RestoreTemplate { Spec = new RestoreTemplateSpec { Containers = [new RestoreTemplateContainer { Name = "shell" }] } }),
        ["a template with a folder of the node"] = () => Template(new RestoreTemplate
        {
            Spec = new RestoreTemplateSpec { Volumes = [new V1Volume { Name = "data", HostPath = new V1HostPathVolumeSource { Path = "/" } }] },
        }),
        ["a template with a system's priority"] = () => Template(new RestoreTemplate { Spec = new RestoreTemplateSpec { PriorityClassName = "system-node-critical" } }),
        ["no node"] = () => Node(null),
        ["a node without the handler"] = () => Node(Objects.Node(status => status.RestoreRuntime = null)),
        ["a node that says no"] = () => Node(Objects.Node(status =>
            status.Conditions = status.Conditions.With(ConditionTypes.CanRestore, Conditions.False, CheckpointNodeReasons.HandlerNotInstalled, "no handler", null, DateTimeOffset.UtcNow))),
        ["another architecture"] = () => Node(Objects.Node(status => status.Arch = "arm64")),
        ["another page size"] = () => Node(Objects.Node(status => status.PageSize = 65536)),
        ["a processor that lacks something"] = () => Node(Objects.Node(status => status.Cpu!.Features = ["sse2"])),
        ["a processor that saves less"] = () => Node(Objects.Node(status => status.Cpu!.ExtendedStateBytes = 832)),
        ["an older kernel"] = () => Node(Objects.Node(status => status.Kernel = "6.1.0")),
        ["another version of control groups"] = () => Node(Objects.Node(status => status.Cgroup = "v1")),
        ["an older CRIU"] = () => Node(Objects.Node(status => status.Criu!.Version = "4.1")),
        ["another runtime"] = () => Node(Objects.Node(status => status.Runtimes![0].Name = "crun")),
        ["no room to unpack"] = () => Node(Objects.Node(status => status.Storage!.ArchivesAvailableBytes = 0)),
        ["no room for files"] = () => Node(Objects.Node(status => status.Storage!.VolumesAvailableBytes = 0)),
        ["archives on two nodes"] = () => Disagreement(Objects.Ready("second", status => status.NodeName = "node2")),
        ["Pods that differ"] = () => Disagreement(Objects.Ready("second", status => status.PodTemplate!.Spec.Hostname = "web-1")),
        ["a checkpoint of another container"] = () => Disagreement(Objects.Ready("second", status => status.Container!.Name = "other")),
        ["a volume that nobody describes"] = () => Volume(Objects.Ready(change: status => status.PodTemplate!.Spec.Volumes = []), null),
        ["another claim"] = () => Volume(Objects.Ready(), new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }),
        ["another kind of volume"] = () => Volume(Objects.Ready(), new V1Volume { Name = "settings", EmptyDir = new V1EmptyDirVolumeSource() }),
        ["a name that is taken"] = () => RestorePreflight.FindNameObstacle(Objects.Restore(), Objects.Pod())!.Message,
        ["a Pod that was deleted"] = () => Progress(null),
        ["a Pod that is being deleted"] = () => Progress(Objects.Pod(pod => pod.Metadata.DeletionTimestamp = DateTime.UtcNow)),
        ["a Pod that failed"] = () => Progress(Objects.Pod(pod => (pod.Status.Phase, pod.Status.Reason) = ("Failed", "Evicted"))),
        ["a Pod that is not placed"] = () => Progress(Objects.Pod(pod =>
            pod.Status.Conditions = [new V1PodCondition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = "0/1 nodes are available" }])),
        ["a container that is not restored yet"] = () => Progress(Objects.Pod(pod => pod.Status.Phase = "Pending"), RestoreReasons.DigestMismatch),
        ["attempts that are used up"] = () => Progress(Objects.Pod(pod => pod.Status.Phase = "Pending"), RestoreReasons.AttemptsUsedUp),
        ["a container that nobody restored"] = () => Progress(Objects.Pod(pod => pod.Status.ContainerStatuses[0].State.Running.StartedAt = DateTime.UtcNow.AddHours(-1))),
        ["a container that is tried once"] = () => Progress(Objects.Pod(pod =>
        {
            pod.Spec.RestartPolicy = "Never";
            pod.Status.ContainerStatuses[0].State = new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = 128 } };
        })),
    };

    private static string Spec(Action<ContainerRestoreSpec> change) => RestorePreflight.FindSpecError(Objects.Restore(change))!.Message;

    private static string Checkpoint(V1Alpha1ContainerCheckpoint? checkpoint, RestoreTemplate? template = null) =>
        RestorePreflight.FindCheckpointObstacle(Objects.Restore(spec => spec.Template = template), "first", checkpoint)!.Message;

    private static string Template(RestoreTemplate template) => Checkpoint(Objects.Ready(), template);

    private static string Node(V1Alpha1CheckpointNode? node) => RestorePreflight.FindNodeObstacle(Objects.Ready(), node, new Ages(TimeProvider.System))!.Message;

    private static string Disagreement(V1Alpha1ContainerCheckpoint second) => RestorePreflight.FindDisagreement(
        Objects.Restore(spec => spec.Containers = [new RestoreContainer { Name = "app", Checkpoint = "first" }, new RestoreContainer { Name = "app", Checkpoint = "second" }]),
        [Objects.Ready(), second])!.Message;

    private static string Volume(V1Alpha1ContainerCheckpoint checkpoint, V1Volume? instead) => RestorePreflight.FindVolumeObstacle(
        Objects.Restore(spec => spec.Template = new RestoreTemplate { Spec = new RestoreTemplateSpec { Volumes = instead is null ? [] : [instead] } }), checkpoint)!.Message;

    private static string Progress(V1Pod? pod, string? reason = null)
    {
        V1Alpha1ContainerRestore restore = Objects.Restore();
        (restore.Status.Phase, restore.Status.PodName, restore.Status.PodUID, restore.Status.NodeName) = (RestorePhase.Running, "web-0", "pod-uid", "node1");
        restore.Status.Containers = [new RestoreContainerStatus { Name = "app", Checkpoint = "first", Result = RestoreResult.Pending }];
        if (reason is not null)
            restore.Status.Conditions = restore.Status.Conditions.With(ConditionTypes.Restored, Conditions.False, reason, "the agent's words", null, DateTimeOffset.UtcNow);
        return RestoreProgress.Of(restore, pod, DateTimeOffset.UtcNow).Message;
    }

    private static V1Alpha1ContainerCheckpoint Changed(Action<V1Alpha1ContainerCheckpoint> change)
    {
        V1Alpha1ContainerCheckpoint checkpoint = Objects.Ready();
        change(checkpoint);
        return checkpoint;
    }
}
