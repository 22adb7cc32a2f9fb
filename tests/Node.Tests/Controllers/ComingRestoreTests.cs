using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Controllers;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Controllers;

/// <summary>Which restores, of those that carry this node's label, have their archive unpacked before the container is asked for.</summary>
public sealed class ComingRestoreTests
{
    private const string Node = "here";

    [Fact]
    public void One_that_the_operator_has_just_given_to_the_node() => Assert.True(IsComing(new ContainerRestoreStatus()));

    [Theory]
    [InlineData(RestorePhase.Pending)]
    [InlineData(RestorePhase.Running)]
    public void One_whose_preflight_has_passed(RestorePhase phase) => Assert.True(IsComing(new ContainerRestoreStatus { Phase = phase, NodeName = Node }, (ConditionTypes.Preflight, Conditions.True)));

    [Fact]
    public void Not_one_whose_preflight_says_no() =>
        Assert.False(IsComing(new ContainerRestoreStatus { Phase = RestorePhase.Pending, NodeName = Node }, (ConditionTypes.Preflight, Conditions.False)));

    [Fact]
    public void Not_one_of_another_node() =>
        Assert.False(IsComing(new ContainerRestoreStatus { Phase = RestorePhase.Running, NodeName = "there" }, (ConditionTypes.Preflight, Conditions.True)));

    [Fact]
    public void Not_one_that_goes_on() =>
        Assert.False(IsComing(new ContainerRestoreStatus { Phase = RestorePhase.Running, NodeName = Node }, (ConditionTypes.Preflight, Conditions.True), (ConditionTypes.Restored, Conditions.True)));

    [Theory]
    [InlineData(RestorePhase.Ready)]
    [InlineData(RestorePhase.Failed)]
    public void Not_one_that_has_ended(RestorePhase phase) => Assert.False(IsComing(new ContainerRestoreStatus { Phase = phase, NodeName = Node }));

    [Fact]
    public void Not_one_that_is_being_deleted() =>
        Assert.False(ComingRestoreController.IsComing(new V1Alpha1ContainerRestore { Metadata = new V1ObjectMeta { DeletionTimestamp = DateTime.UtcNow } }, Node));

    private static bool IsComing(ContainerRestoreStatus status, params (string Type, string Status)[] conditions)
    {
        foreach ((string type, string state) in conditions)
            status.Conditions = status.Conditions.With(type, state, "Reason", "Why.", 1, DateTimeOffset.UnixEpoch);
        return ComingRestoreController.IsComing(new V1Alpha1ContainerRestore { Metadata = new V1ObjectMeta(), Status = status }, Node);
    }
}
