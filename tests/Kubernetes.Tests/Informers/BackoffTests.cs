using CheckpointOperator.Kubernetes.Informers;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.Informers;

public sealed class BackoffTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void It_doubles_up_to_half_a_minute()
    {
        Backoff backoff = new(_time, () => 0);
        double[] waits = [.. Enumerable.Range(0, 8).Select(_ => backoff.Next().TotalSeconds)];
        Assert.Equal([0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30], waits);
    }

    [Fact]
    public void Chance_adds_up_to_the_same_again() => Assert.Equal(1.6, new Backoff(_time, () => 1).Next().TotalSeconds);

    [Fact]
    public void Two_minutes_without_a_failure_start_it_afresh_but_the_wait_itself_does_not_count()
    {
        Backoff backoff = new(_time, () => 0);
        for (int failure = 0; failure < 7; failure++)
            backoff.Next();
        TimeSpan wait = backoff.Next();

        _time.Advance(wait + TimeSpan.FromSeconds(119));
        Assert.Equal(30, backoff.Next().TotalSeconds);
        _time.Advance(TimeSpan.FromSeconds(30) + TimeSpan.FromMinutes(2));
        Assert.Equal(0.8, backoff.Next().TotalSeconds);
    }

    [Fact]
    public void What_the_server_asks_for_is_the_least()
    {
        Backoff backoff = new(_time, () => 0);
        Assert.Equal(7, backoff.Next(TimeSpan.FromSeconds(7)).TotalSeconds);
        Assert.Equal(1.6, backoff.Next(TimeSpan.FromMilliseconds(1)).TotalSeconds);
    }
}
