using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Controllers;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Controllers;

public sealed class CheckpointStatusTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_running_checkpoint_that_fails_speaks_of_the_generation_it_was_assigned_for()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Checkpoint(CheckpointPhase.Running);

        CheckpointStatus.SetFailed(checkpoint, "CriuMissing", "there is no CRIU", Now);

        Assert.Equal(CheckpointPhase.Failed, checkpoint.Status.Phase);
        Assert.Equal(1, checkpoint.Status.ObservedGeneration);
        V1Condition ready = checkpoint.Status.Conditions.Find("Ready")!;
        Assert.Equal("CriuMissing", ready.Reason);
        Assert.Equal(1, ready.ObservedGeneration);
    }

    [Fact]
    public void A_checkpoint_that_timed_out_meanwhile_stays_failed()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Checkpoint(CheckpointPhase.Failed);

        CheckpointStatus.SetFailed(checkpoint, "CriuMissing", "there is no CRIU", Now);

        Assert.Null(checkpoint.Status.Conditions);
        Assert.Null(checkpoint.Status.CompletionTime);
    }

    private static V1Alpha1ContainerCheckpoint Checkpoint(CheckpointPhase phase) => new()
    {
        Metadata = new V1ObjectMeta { Name = "counter", NamespaceProperty = "default", Generation = 2 },
        Status = new ContainerCheckpointStatus { Phase = phase, ObservedGeneration = 1 },
    };
}
