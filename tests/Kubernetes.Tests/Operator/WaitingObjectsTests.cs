using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Operator.Hosting;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class WaitingObjectsTests
{
    private readonly EntityStore<V1Alpha1ContainerCheckpoint> _checkpoints = new(TimeProvider.System);
    private readonly EntityStore<V1Alpha1ContainerRestore> _restores = new(TimeProvider.System);
    private readonly EntityStore<V1Alpha1CheckpointNode> _nodes = new(TimeProvider.System);

    [Fact]
    public void A_Pod_brings_the_checkpoints_that_wait_for_it()
    {
        _checkpoints.Replace(
        [
            Checkpoint("new", "web", null), Checkpoint("pending", "web", CheckpointPhase.Pending), Checkpoint("other", "db", null),
            Checkpoint("running", "web", CheckpointPhase.Running, "n"), Checkpoint("ready", "web", CheckpointPhase.Ready, "n"), Checkpoint("failed", "web", CheckpointPhase.Failed),
        ]);
        Assert.Equal(["ns/new", "ns/pending"], Sorted(WaitingObjects.CheckpointsOf(Pod("web"), _checkpoints)));
        Assert.Empty(WaitingObjects.CheckpointsOf(new V1Pod { Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "elsewhere" } }, _checkpoints));
    }

    [Fact]
    public void A_node_brings_the_checkpoints_that_are_taken_on_it_or_are_being_deleted()
    {
        V1Alpha1ContainerCheckpoint deleted = Checkpoint("deleted", "web", CheckpointPhase.Ready, "n");
        deleted.Metadata.DeletionTimestamp = DateTime.UtcNow;
        _checkpoints.Replace([deleted, Checkpoint("running", "web", CheckpointPhase.Running, "n"), Checkpoint("ready", "web", CheckpointPhase.Ready, "n"), Checkpoint("away", "web", CheckpointPhase.Running, "m")]);
        Assert.Equal(["ns/deleted", "ns/running"], Sorted(WaitingObjects.CheckpointsOn(Node("n", labelled: false), _checkpoints)));
    }

    [Fact]
    public void An_agents_report_brings_what_waits_for_its_node_and_nothing_that_waits_for_others()
    {
        _checkpoints.Replace([Checkpoint("mine", "web", CheckpointPhase.Pending, "n"), Checkpoint("another", "web", CheckpointPhase.Pending, "m"), Checkpoint("of-a-pod", "web", CheckpointPhase.Pending)]);
        _restores.Replace([Restore("mine", RestorePhase.Pending, "n"), Restore("another", RestorePhase.Pending, "m"), Restore("running", RestorePhase.Running, "n")]);
        Assert.Equal(["ns/mine"], Sorted(WaitingObjects.CheckpointsWaitingForAgent(CheckpointNode("n", capable: true), _checkpoints)));
        Assert.Equal(["ns/mine"], Sorted(WaitingObjects.RestoresWaitingForAgent(CheckpointNode("n", capable: true), _restores)));
    }

    [Fact]
    public void A_checkpoint_brings_the_restores_of_it_that_have_not_begun_in_either_form()
    {
        V1Alpha1ContainerRestore several = Restore("several", RestorePhase.Pending);
        several.Spec.Checkpoint = null;
        several.Spec.Containers = [new RestoreContainer { Name = "a", Checkpoint = "first" }, new RestoreContainer { Name = "b", Checkpoint = "second" }];
        _restores.Replace([several, Restore("one", null), Restore("running", RestorePhase.Running, "n")]);
        Assert.Equal(["ns/one", "ns/several"], Sorted(WaitingObjects.RestoresOf(Checkpoint("first", "web", CheckpointPhase.Ready, "n"), _restores)));
        Assert.Equal(["ns/several"], Sorted(WaitingObjects.RestoresOf(Checkpoint("second", "web", CheckpointPhase.Ready, "n"), _restores)));
    }

    [Fact]
    public void A_Pod_brings_the_restores_into_it_until_they_are_over()
    {
        _restores.Replace([Restore("web", RestorePhase.Running, "n"), Restore("done", RestorePhase.Ready, "n")]);
        Assert.Equal(["ns/web"], Sorted(WaitingObjects.RestoresInto(Pod("web"), _restores)));
        Assert.Empty(WaitingObjects.RestoresInto(Pod("done"), _restores));
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public void A_Node_whose_label_is_not_what_its_agent_says_is_looked_at(bool labelled, bool capable, bool looked)
    {
        _nodes.Replace([CheckpointNode("n", capable), CheckpointNode("m", capable: true)]);
        Assert.Equal(looked ? ["n"] : [], WaitingObjects.AbilitiesOf(Node("n", labelled), _nodes).Select(key => key.Name));
    }

    private static string[] Sorted(IEnumerable<NamespacedName> keys) => [.. keys.Select(key => key.ToString()).Order()];

    private static V1Pod Pod(string name) => new() { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "ns" } };

    private static V1Node Node(string name, bool labelled) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Labels = labelled ? new Dictionary<string, string> { [ApiGroup.RestoreLabelKey] = ApiGroup.RestoreLabelValue } : null },
    };

    private static V1Alpha1CheckpointNode CheckpointNode(string name, bool capable) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Status = new CheckpointNodeStatus { Conditions = Conditions.With(null, "CanRestore", capable ? Conditions.True : Conditions.False, "Reason", "message", 1, DateTimeOffset.UtcNow) },
    };

    private static V1Alpha1ContainerCheckpoint Checkpoint(string name, string pod, CheckpointPhase? phase, string? node = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "ns", Uid = name },
        Spec = new ContainerCheckpointSpec { Pod = pod },
        Status = new ContainerCheckpointStatus { Phase = phase, NodeName = node },
    };

    private static V1Alpha1ContainerRestore Restore(string name, RestorePhase? phase, string? node = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "ns", Uid = name },
        Spec = new ContainerRestoreSpec { Checkpoint = "first" },
        Status = new ContainerRestoreStatus { Phase = phase, NodeName = node },
    };
}
