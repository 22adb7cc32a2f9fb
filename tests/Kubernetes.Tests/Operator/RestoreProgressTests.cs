using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class RestoreProgressTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("True", "Restored", "Running", RestorePhase.Ready, "Restored")]
    [InlineData("True", "Restored", "Succeeded", RestorePhase.Ready, "Restored")]
    [InlineData("True", "Restored", "Pending", RestorePhase.Running, "Restoring")]
    [InlineData("True", "Restored", "Failed", RestorePhase.Failed, "PodFailed")]
    [InlineData("False", "DigestMismatch", "Pending", RestorePhase.Running, "RestoreFailed")]
    [InlineData("False", "AttemptsUsedUp", "Pending", RestorePhase.Failed, "RestoreFailed")]
    [InlineData(null, null, "Pending", RestorePhase.Running, "Restoring")]
    [InlineData(null, null, "Running", RestorePhase.Running, "Restoring")]
    [InlineData(null, null, "Failed", RestorePhase.Failed, "PodFailed")]
    public void The_agents_word_and_the_Pods_state_say_where_it_stands(string? status, string? reason, string podPhase, RestorePhase phase, string ready)
    {
        RestoreProgress progress = RestoreProgress.Of(Restore(status, reason), Pod(podPhase), Now);
        Assert.Equal((phase, ready), (progress.Phase, progress.Reason));
    }

    [Fact]
    public void A_Pod_that_is_gone_or_another_one_of_its_name_ends_it()
    {
        Assert.Equal(RestorePhase.Failed, RestoreProgress.Of(Restore(null, null), null, Now).Phase);
        V1Pod other = Pod("Running");
        other.Metadata.Uid = "other";
        Assert.Equal("PodDeleted", RestoreProgress.Of(Restore("True", "Restored"), other, Now).Reason);
    }

    [Fact]
    public void A_Pod_that_no_node_takes_is_told_with_the_schedulers_words()
    {
        V1Pod pod = Pod("Pending");
        pod.Status.Conditions = [new V1PodCondition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = "Insufficient cpu." }];
        RestoreProgress progress = RestoreProgress.Of(Restore(null, null), pod, Now);
        Assert.Equal("PodNotScheduled", progress.Reason);
        Assert.Contains("Insufficient cpu.", progress.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Judging_again_what_was_written_changes_nothing()
    {
        V1Alpha1ContainerRestore restore = Restore(null, null);
        RestoreProgress first = RestoreProgress.Of(restore, Pod("Pending"), Now);
        restore.Status.Conditions = restore.Status.Conditions.With("Ready", "False", first.Reason, first.Message, 1, DateTimeOffset.UnixEpoch);
        Assert.Equal(first, RestoreProgress.Of(restore, Pod("Pending"), Now));
    }

    [Theory]
    [InlineData(59, null, "Restoring")]
    [InlineData(61, null, "RestoreNotProven")]
    [InlineData(61, "True", "Restored")]
    public void A_container_that_runs_without_proof_is_told_after_a_while(int seconds, string? restored, string reason)
    {
        V1Pod pod = Pod("Running");
        var running = new V1ContainerStateRunning { StartedAt = Now.AddSeconds(-seconds).UtcDateTime };
        pod.Status.ContainerStatuses = [new V1ContainerStatus { Name = "main", State = new V1ContainerState { Running = running } }];
        Assert.Equal(reason, RestoreProgress.Of(Restore(restored, "Restored"), pod, Now).Reason);
    }

    [Fact]
    public void Of_several_containers_all_are_told_and_one_that_is_not_restored_keeps_it_from_being_Ready()
    {
        V1Alpha1ContainerRestore restore = Restore("True", "Restored");
        restore.Status.Containers = [Listed("main", RestoreResult.Restored), Listed("proxy", RestoreResult.Restored), new RestoreContainerStatus { Name = "other" }];
        Assert.StartsWith("Containers main, proxy go on", RestoreProgress.Of(restore, Pod("Running"), Now).Message, StringComparison.Ordinal);

        restore.Status.Conditions = Conditions.With(null, "Restored", "False", "DigestMismatch", "proxy: the archive is another one.", 1, DateTimeOffset.UnixEpoch);
        RestoreProgress waiting = RestoreProgress.Of(restore, Pod("Running"), Now);
        Assert.Equal((RestorePhase.Running, "RestoreFailed"), (waiting.Phase, waiting.Reason));
        Assert.Contains("main, proxy of Pod shop/copy are not all restored yet (DigestMismatch): proxy: the archive", waiting.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_that_could_not_be_created_ends_the_restore_where_the_Pod_starts_none_again()
    {
        V1Alpha1ContainerRestore restore = Restore("False", "RuntimeFailed");
        restore.Status.Containers = [Listed("main", RestoreResult.Restored), Listed("proxy", RestoreResult.Pending)];
        V1Pod pod = Pod("Running");
        pod.Status.ContainerStatuses = [new V1ContainerStatus { Name = "proxy", State = new V1ContainerState { Terminated = new V1ContainerStateTerminated { Reason = "StartError" } } }];
        pod.Spec = new V1PodSpec { RestartPolicy = "OnFailure" };
        Assert.Equal(RestorePhase.Running, RestoreProgress.Of(restore, pod, Now).Phase);

        pod.Spec.RestartPolicy = "Never";
        RestoreProgress failed = RestoreProgress.Of(restore, pod, Now);
        Assert.Equal((RestorePhase.Failed, "RestoreFailed"), (failed.Phase, failed.Reason));
        Assert.Contains("proxy", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Containers_that_are_not_to_be_restored_are_noted_once_they_were_started()
    {
        V1Alpha1ContainerRestore restore = Restore(null, null);
        restore.Status.Containers = [Listed("main", RestoreResult.Pending), new RestoreContainerStatus { Name = "other" }, new RestoreContainerStatus { Name = "proxy" }];
        V1Pod pod = Pod("Pending");
        var running = new V1ContainerState { Running = new V1ContainerStateRunning() };
        pod.Status.ContainerStatuses = [new V1ContainerStatus { Name = "main", State = running }, new V1ContainerStatus { Name = "other", State = new V1ContainerState { Waiting = new V1ContainerStateWaiting() } }];
        pod.Status.InitContainerStatuses = [new V1ContainerStatus { Name = "proxy", State = running }];
        RestoredContainers.NoteFresh(restore, pod);
        Assert.Equal([RestoreResult.Pending, RestoreResult.Pending, RestoreResult.StartedFresh], restore.Status.Containers.Select(container => container.Result));

        pod.Metadata.Uid = "another Pod's";
        pod.Status.ContainerStatuses[1].State = running;
        RestoredContainers.NoteFresh(restore, pod);
        Assert.Equal(RestoreResult.Pending, restore.Status.Containers[1].Result);
    }

    private static RestoreContainerStatus Listed(string name, RestoreResult result) => new() { Name = name, Checkpoint = "first", Result = result };

    private static V1Alpha1ContainerRestore Restore(string? status, string? reason) => new()
    {
        Metadata = new V1ObjectMeta { Name = "copy", NamespaceProperty = "shop" },
        Status = new ContainerRestoreStatus
        {
            Phase = RestorePhase.Running,
            PodName = "copy",
            PodUID = "pod-uid",
            Containers = [new RestoreContainerStatus { Name = "main", Checkpoint = "first", Result = status == "True" ? RestoreResult.Restored : RestoreResult.Pending }],
            NodeName = "node1",
            Conditions = status is null ? null : Conditions.With(null, "Restored", status, reason!, "The agent's words.", 1, DateTimeOffset.UnixEpoch),
        },
    };

    private static V1Pod Pod(string phase) => new()
    {
        Metadata = new V1ObjectMeta { Name = "copy", Uid = "pod-uid" },
        Status = new V1PodStatus { Phase = phase },
    };
}
