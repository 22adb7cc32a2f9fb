using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class EngineSelectorTests
{
    private static readonly CheckpointFailedException Unavailable = new(CheckpointFailedException.EngineUnavailable, "the gate is off");

    [Theory]
    [InlineData(CheckpointEngine.Kubelet, CheckpointEngine.Runtime)]
    [InlineData(CheckpointEngine.Runtime, CheckpointEngine.Kubelet)]
    public void Auto_falls_back_on_the_other_engine_once_and_says_why(CheckpointEngine first, CheckpointEngine then)
    {
        EngineChoice? other = EngineSelector.Instead(CheckpointEngine.Auto, new EngineChoice(first, "chosen"), Unavailable);
        Assert.Equal(new EngineChoice(then, $"chosen because engine {first} cannot: the gate is off", IsFallback: true), other);
        Assert.Null(EngineSelector.Instead(CheckpointEngine.Auto, other!, Unavailable));
    }

    [Theory]
    [InlineData(CheckpointEngine.Kubelet)]
    [InlineData(CheckpointEngine.Runtime)]
    public void An_engine_that_was_asked_for_is_not_replaced(CheckpointEngine asked) =>
        Assert.Null(EngineSelector.Instead(asked, new EngineChoice(asked, "asked for"), Unavailable));

    [Theory]
    [InlineData(CheckpointFailedException.CheckpointFailed)]
    [InlineData(CheckpointFailedException.TimedOut)]
    [InlineData(CheckpointFailedException.ContainerNotRunning)]
    public void A_checkpoint_that_was_tried_and_failed_is_not_tried_by_another_engine(string reason) =>
        Assert.Null(EngineSelector.Instead(CheckpointEngine.Auto, new EngineChoice(CheckpointEngine.Kubelet, "chosen"), new CheckpointFailedException(reason, "no")));
}
