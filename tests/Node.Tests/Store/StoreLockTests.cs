using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging.Abstractions;

namespace CheckpointOperator.Node.Tests.Store;

public sealed class StoreLockTests : IDisposable
{
    private readonly TemporaryNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_second_agent_waits_until_the_first_has_ended_and_says_so()
    {
        using StoreLock second = Make();
        Task held;
        using (StoreLock first = Make())
        {
            Assert.True(first.TryHold());
            Assert.Null(first.WhyNotReady());
            held = second.HoldAsync(TestContext.Current.CancellationToken);
            Assert.False(held.IsCompleted);
            Assert.Contains(_node.Options.Value.Store, second.WhyNotReady(), StringComparison.Ordinal);
            // Only a new start would not help: the Pod stays.
            Assert.Null(second.WhyNotLive());
        }
        await held.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Null(second.WhyNotReady());
        Assert.False(Make().TryHold());
    }

    private StoreLock Make() => new(_node.Root, _node.Options, TimeProvider.System, NullLogger<StoreLock>.Instance);
}
