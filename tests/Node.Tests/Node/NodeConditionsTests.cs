using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Node;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Node;

public sealed class NodeConditionsTests
{
    [Theory]
    [InlineData("4.2.1", true, null, "Capable", "")]
    [InlineData("4.2.1", false, "Dirty tracking is OFF", "CriuCheckFailed", "Dirty tracking is OFF")]
    [InlineData("3.15", false, null, "CriuTooOld", "3.15")]
    [InlineData(null, false, null, "CriuMissing", "install CRIU")]
    public void What_CRIU_lacks_is_why_a_node_can_neither_checkpoint_nor_restore(string? version, bool ok, string? complaint, string reason, string says)
    {
        var probed = new CheckpointNodeStatus
        {
            Criu = new NodeCriu { Version = version, Ok = ok, Message = complaint },
            Runtimes = [new NodeRuntime { Name = "runc", Checkpoint = true }],
            RestoreRuntime = new NodeRestoreRuntime { Installed = true, Handler = "checkpoint-restore" },
        };
        IList<V1Condition> conditions = NodeConditions.Of(probed, null, DateTimeOffset.UnixEpoch);
        Assert.Equal([NodeConditions.CanCheckpoint, NodeConditions.CanRestore], conditions.Select(condition => condition.Type).Order(StringComparer.Ordinal));
        Assert.All(conditions, condition => Assert.Equal((reason, ok ? "True" : "False"), (condition.Reason, condition.Status)));
        Assert.All(conditions, condition => Assert.Contains(says, condition.Message, StringComparison.OrdinalIgnoreCase));
    }
}
