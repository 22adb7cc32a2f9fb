using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Engines;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class CheckpointSlotsTests : IDisposable
{
    private readonly CheckpointSlots _slots = new(Options.Create(new AgentOptions { ConcurrentCheckpoints = 2 }));

    public void Dispose() => _slots.Dispose();

    [Fact]
    public async Task Two_checkpoints_of_one_container_are_taken_one_after_the_other()
    {
        IDisposable first = await EnterAsync("a");
        Task<IDisposable> second = EnterAsync("a");
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task Who_waits_for_a_container_takes_no_slot_from_another()
    {
        using IDisposable first = await EnterAsync("a");
        Task<IDisposable> waiting = EnterAsync("a");
        IDisposable other = await EnterAsync("b").WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Task<IDisposable> third = EnterAsync("c");
        Assert.False(third.IsCompleted);
        other.Dispose();
        (await third).Dispose();
        first.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_keeps_nobody_waiting()
    {
        using var impatient = new CancellationTokenSource();
        IDisposable first = await EnterAsync("a");
        Task<IDisposable> waiting = _slots.EnterAsync("a", impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();
        (await EnterAsync("a")).Dispose();
    }

    private Task<IDisposable> EnterAsync(string container) => _slots.EnterAsync(container, TestContext.Current.CancellationToken);
}
