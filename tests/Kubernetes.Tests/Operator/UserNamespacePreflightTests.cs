using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class UserNamespacePreflightTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData(true, null)]
    [InlineData(false, "NotSupported")]
    public void A_Pod_with_users_of_its_own_is_refused_before_a_Pod_is_made(bool? hostUsers, string? reason)
    {
        var restore = new V1Alpha1ContainerRestore { Metadata = new V1ObjectMeta { Name = "copy", NamespaceProperty = "space" }, Spec = new ContainerRestoreSpec { Checkpoint = "first" } };
        var checkpoint = new V1Alpha1ContainerCheckpoint
        {
            Metadata = new V1ObjectMeta { Name = "first", NamespaceProperty = "space" },
            Status = new ContainerCheckpointStatus
            {
                Phase = CheckpointPhase.Ready,
                NodeName = "node1",
                Container = new CheckpointedContainer { Name = "main" },
                Archive = new ArchiveStatus { Digest = "sha256:00" },
                PodTemplate = new V1PodTemplateSpec { Spec = new V1PodSpec { HostUsers = hostUsers, Containers = [new V1Container { Name = "main" }] } },
            },
        };
        Obstacle? found = RestorePreflight.FindCheckpointObstacle(restore, "first", checkpoint);
        Assert.Equal((reason, reason is not null), (found?.Reason, found?.IsFinal is true));
        Assert.Equal(reason is null, found?.Message.Contains("hostUsers: false", StringComparison.Ordinal) is not true);
    }
}
