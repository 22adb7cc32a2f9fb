using CheckpointOperator.Kubernetes.Queues;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.Queues;

public sealed class DelayQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _due = [];
    private readonly DelayQueue<string> _queue;

    public DelayQueueTests() => _queue = new DelayQueue<string>(_time, _due.Add);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void Keys_come_in_the_order_of_their_times()
    {
        _queue.Add("late", TimeSpan.FromSeconds(3));
        _queue.Add("early", TimeSpan.FromSeconds(1));

        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Empty(_due);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["early"], _due);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["early", "late"], _due);
    }

    [Fact]
    public void An_earlier_time_wins_and_the_key_comes_once()
    {
        _queue.Add("a", TimeSpan.FromSeconds(5));
        _queue.Add("a", TimeSpan.FromSeconds(1));
        _queue.Add("a", TimeSpan.FromSeconds(9));

        Assert.Equal(1, _queue.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], _due);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["a"], _due);
    }

    [Fact]
    public void A_key_that_came_can_be_given_a_new_time()
    {
        _queue.Add("a", TimeSpan.FromSeconds(5));
        _queue.Add("a", TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));

        _queue.Add("a", TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Single(_due);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(2, _due.Count);
    }

    [Fact]
    public void A_disposed_queue_releases_nothing()
    {
        _queue.Add("a", TimeSpan.FromSeconds(1));
        _queue.Dispose();
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_due);
    }
}
