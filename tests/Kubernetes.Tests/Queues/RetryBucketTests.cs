using CheckpointOperator.Kubernetes.Queues;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.Queues;

public sealed class RetryBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_hundred_come_at_once_and_then_ten_a_second()
    {
        RetryBucket bucket = new(_time);
        TimeSpan[] waits = [.. Enumerable.Range(0, 120).Select(_ => bucket.Reserve())];
        Assert.All(waits[..100], wait => Assert.Equal(TimeSpan.Zero, wait));
        Assert.Equal(TimeSpan.FromSeconds(0.1), waits[100]);
        Assert.Equal(TimeSpan.FromSeconds(2), waits[119]);
    }

    [Fact]
    public void It_fills_again_but_not_beyond_a_hundred()
    {
        RetryBucket bucket = new(_time);
        for (int turn = 0; turn < 150; turn++)
            bucket.Reserve();
        _time.Advance(TimeSpan.FromHours(1));
        TimeSpan[] waits = [.. Enumerable.Range(0, 101).Select(_ => bucket.Reserve())];
        Assert.Equal(100, waits.Count(wait => wait == TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(0.1), waits[100]);
    }
}
