using CheckpointOperator.Kubernetes.Queues;

namespace CheckpointOperator.Kubernetes.Tests.Queues;

public sealed class KeyBackoffTests
{
    private readonly KeyBackoff<string> _backoff = new(TimeSpan.FromMinutes(5));

    [Fact]
    public void Each_failure_doubles_the_wait_up_to_the_limit()
    {
        double[] waits = [.. Enumerable.Range(0, 40).Select(_ => _backoff.Next("a").TotalMilliseconds)];

        Assert.Equal([5, 10, 20, 40], waits[..4]);
        Assert.Equal(TimeSpan.FromMinutes(5).TotalMilliseconds, waits[^1]);
        Assert.Equal(waits.Order(), waits);
        Assert.Equal(40, _backoff.Failures("a"));
    }

    [Fact]
    public void Keys_fail_each_by_itself_and_start_afresh_when_forgotten()
    {
        _backoff.Next("a");
        _backoff.Next("a");
        Assert.Equal(5, _backoff.Next("b").TotalMilliseconds);

        _backoff.Forget("a");
        Assert.Equal(0, _backoff.Failures("a"));
        Assert.Equal(5, _backoff.Next("a").TotalMilliseconds);
        Assert.Equal(1, _backoff.Failures("b"));
    }
}
