using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class ForeignCriuOptionsTests
{
    [Theory]
    [InlineData("/var/lib/kubelet/pods/1/volumes/kubernetes.io~empty-dir/data/criu.conf")]
    [InlineData("/run/checkpoint-operator/restores/../../../tmp/criu.conf")]
    [InlineData("/run/checkpoint-operator/restores-of-mine/criu.conf")]
    public void A_container_that_gives_CRIU_orders_is_not_checkpointed(string file)
    {
        var failure = Assert.Throws<CheckpointFailedException>(() => ForeignCriuOptions.Refuse(With(file), new AgentOptions()));
        Assert.Contains($"org.criu.config ({file})", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/run/checkpoint-operator/restores/0123/criu.conf")]
    [InlineData("/var/lib/checkpoint-operator/work/0123/criu.conf")]
    public void One_without_and_a_restored_one_are(string? file) => ForeignCriuOptions.Refuse(With(file), new AgentOptions());

    private static RunningContainer With(string? file)
    {
        var annotations = new Dictionary<string, string>();
        if (file is not null)
            annotations["org.criu.config"] = file;
        return new RunningContainer(new ContainerId("cri-o", "0123"), "/bundle", "runc", "/run/runc", new OciSpec { Annotations = annotations }, "{}"u8.ToArray());
    }
}
