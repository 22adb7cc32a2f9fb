using CheckpointOperator.NodeAgent.Containers;

namespace CheckpointOperator.Node.Tests.Containers;

public sealed class ContainerIdTests
{
    [Fact]
    public void Engine_and_id_are_told_apart()
    {
        Assert.True(ContainerId.TryParse("cri-o://0a1B", out ContainerId id));
        Assert.Equal(new ContainerId(ContainerId.CriO, "0a1B"), id);
        Assert.Equal("cri-o://0a1B", id.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("containerd://")]
    [InlineData("containerd://../../etc")]
    [InlineData("containerd://a/b")]
    [InlineData("containerd://a\n")]
    public void What_could_be_a_path_is_no_id(string? text) => Assert.False(ContainerId.TryParse(text, out _));
}
