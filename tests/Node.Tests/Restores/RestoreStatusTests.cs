using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Restores;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Restores;

/// <summary>What the agent writes of each container, and what follows for all of them.</summary>
public sealed class RestoreStatusTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Only_when_all_containers_are_restored_the_restore_is()
    {
        V1Alpha1ContainerRestore restore = Restore("app", "proxy");
        RestoreStatus.SetAttempt(restore, "app", Now);
        Assert.Equal(("False", "Restoring", "0/2"), Told(restore));
        RestoreStatus.SetRestored(restore, "app", Process(11), Now);
        Assert.Equal(("False", "Restoring", "1/2"), Told(restore));
        RestoreStatus.SetAttempt(restore, "proxy", Now);
        RestoreStatus.SetRestored(restore, "proxy", Process(12), Now);

        Assert.Equal(("True", "Restored", "2/2"), Told(restore));
        Assert.Equal([11, 12, null], restore.Status.Containers!.Select(container => container.Pid));
        Assert.Equal((null, 200L, 5L), (restore.Status.Restored!.Pid, restore.Status.Restored.BytesWritten, restore.Status.Restored.RestoreMilliseconds));
        Assert.Equal(RestoreResult.Pending, restore.Status.Containers![2].Result);
    }

    [Fact]
    public void The_order_in_which_containers_are_told_does_not_matter()
    {
        V1Alpha1ContainerRestore restore = Restore("app", "proxy");
        RestoreStatus.SetRefused(restore, "proxy", RestoreRefusedException.RuntimeFailed, "a file is gone", Now);
        RestoreStatus.SetRestored(restore, "app", Process(11), Now);

        Assert.Equal(("False", "RuntimeFailed", "1/2"), Told(restore));
        Assert.Equal("proxy: a file is gone; restored so far: app", restore.Status.Conditions.Find("Restored")!.Message);
    }

    [Fact]
    public void One_that_failed_for_good_stands_above_one_that_is_refused_for_now()
    {
        V1Alpha1ContainerRestore restore = Restore("app", "proxy");
        RestoreStatus.SetRefused(restore, "proxy", RestoreRefusedException.AttemptsUsedUp, "three times", Now);
        RestoreStatus.SetRefused(restore, "app", RestoreRefusedException.CheckpointNotReady, "not yet", Now);
        Assert.Equal(("False", "AttemptsUsedUp", "0/2"), Told(restore));
        Assert.Equal([RestoreResult.Pending, RestoreResult.Failed, RestoreResult.Pending], restore.Status.Containers!.Select(container => container.Result));
    }

    [Fact]
    public void A_single_container_has_its_process_in_the_restores_own_fields()
    {
        V1Alpha1ContainerRestore restore = Restore("app");
        RestoreStatus.SetAttempt(restore, "app", Now);
        RestoreStatus.SetRestored(restore, "app", Process(11), Now);
        Assert.Equal((11, "containerd://11", 1), (restore.Status.Restored!.Pid!.Value, restore.Status.Restored.ContainerID, restore.Status.Attempts!.Value));
    }

    [Fact]
    public void Attempts_are_counted_per_container_and_begin_anew_once_it_went_on_for_ten_minutes()
    {
        V1Alpha1ContainerRestore restore = Restore("app", "proxy");
        RestoreStatus.SetAttempt(restore, "proxy", Now);
        for (int attempt = 1; attempt <= 2; attempt++)
        {
            RestoreStatus.SetAttempt(restore, "app", Now);
            RestoreStatus.SetRestored(restore, "app", Process(11), Now);
        }
        Assert.Equal([2, 1, null], restore.Status.Containers!.Select(container => container.Attempts));
        Assert.Equal(2, restore.Status.Attempts);

        RestoreContainerStatus app = restore.Status.Containers![0];
        Assert.Equal(2, RestoreStatus.AttemptsOf(app, Now.AddMinutes(9)));
        Assert.Equal(0, RestoreStatus.AttemptsOf(app, Now.AddMinutes(10)));
        RestoreStatus.SetAttempt(restore, "app", Now.AddMinutes(10));
        Assert.Equal(1, app.Attempts);
        // A clock that was set back does not make the attempts of a moment ago old.
        Assert.Equal(1, RestoreStatus.AttemptsOf(app, Now.AddDays(-1)));
    }

    [Fact]
    public void One_that_ended_and_was_started_from_its_image_was_restored_all_the_same()
    {
        V1Alpha1ContainerRestore restore = Restore("app");
        RestoreStatus.SetRestored(restore, "app", Process(11), Now);
        RestoreStatus.SetStartedFresh(restore, "app", Now);
        Assert.Equal(("True", "Restored", "1/1"), Told(restore));
        Assert.Equal((RestoreResult.StartedFresh, null), (restore.Status.Containers![0].Result, restore.Status.Containers[0].Pid));
    }

    private static (string, string, string?) Told(V1Alpha1ContainerRestore restore)
    {
        V1Condition condition = restore.Status.Conditions.Find("Restored")!;
        return (condition.Status, condition.Reason, restore.Status.RestoredContainers);
    }

    private static RestoredProcess Process(int pid) =>
        new() { ContainerID = $"containerd://{pid}", Pid = pid, FilesWritten = 1, BytesWritten = 100, DeletedFiles = 0, RestoreMilliseconds = 5 };

    private static V1Alpha1ContainerRestore Restore(params string[] containers) => new()
    {
        Metadata = new V1ObjectMeta { Name = "copy" },
        Status = new ContainerRestoreStatus
        {
            Containers = [.. containers.Select(name => new RestoreContainerStatus { Name = name, Checkpoint = $"{name}-before" }), new RestoreContainerStatus { Name = "other" }],
        },
    };
}
