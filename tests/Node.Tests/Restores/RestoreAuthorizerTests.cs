using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Restores;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Restores;

/// <summary>When a restored container that ended counts as one that ran: only then it starts fresh.</summary>
public sealed class RestoreAuthorizerTests
{
    private const string Restored = "containerd://restored";
    private static readonly DateTime Started = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public void One_that_the_engine_gave_up_before_it_started_has_not_run() =>
        Assert.False(HasRun(RestorePhase.Running, last: new V1ContainerStateTerminated { ExitCode = 128, ContainerID = Restored, Reason = "StartError", StartedAt = DateTime.UnixEpoch }));

    [Fact]
    public void One_of_which_the_kubelet_knows_nothing_has_not_run() => Assert.False(HasRun(RestorePhase.Running, last: null));

    [Fact]
    public void One_that_ran_and_ended_has_run() =>
        Assert.True(HasRun(RestorePhase.Running, last: new V1ContainerStateTerminated { ExitCode = 1, ContainerID = Restored, StartedAt = Started }));

    [Fact]
    public void Another_containers_end_says_nothing() =>
        Assert.False(HasRun(RestorePhase.Running, last: new V1ContainerStateTerminated { ExitCode = 1, ContainerID = "containerd://other", StartedAt = Started }));

    [Fact]
    public void One_whose_restore_was_ready_has_run_whatever_the_kubelet_still_knows() => Assert.True(HasRun(RestorePhase.Ready, last: null));

    private static bool HasRun(RestorePhase phase, V1ContainerStateTerminated? last)
    {
        var restore = new V1Alpha1ContainerRestore();
        restore.Status.Phase = phase;
        var pod = new V1Pod
        {
            Status = new V1PodStatus
            {
                ContainerStatuses = [new V1ContainerStatus { Name = "server", ContainerID = "containerd://next", LastState = new V1ContainerState { Terminated = last } }],
            },
        };
        return RestoreAuthorizer.HasRun(restore, pod, new RestoreContainerStatus { Name = "server", ContainerID = Restored });
    }
}
