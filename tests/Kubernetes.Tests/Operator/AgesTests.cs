using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class AgesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly Clocks _time = new();
    private readonly V1Alpha1CheckpointNode _node = new() { Metadata = new V1ObjectMeta { Name = "node", Uid = "1" } };

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_clock_that_is_set_changes_no_age_that_was_seen_before(int days)
    {
        var ages = new Ages(_time);
        DateTime told = Now;
        _time.Advance(Minute);
        Assert.Equal(Minute, ages.Of(_node, told));

        _time.Set(days * Day);
        Assert.Equal(Minute, ages.Of(_node, told));
        _time.Advance(Minute);
        Assert.Equal(2 * Minute, ages.Of(_node, told));
    }

    [Fact]
    public void What_is_seen_first_has_its_age_by_the_wall_clock_and_is_never_yet_to_come()
    {
        var ages = new Ages(_time);
        Assert.Equal(Day, ages.Of(_node, Now - Day));
        Assert.Equal(TimeSpan.Zero, new Ages(_time).Of(_node, Now + Day));
    }

    [Fact]
    public void What_took_the_place_of_a_time_is_no_older_than_the_last_look_at_that_one()
    {
        var ages = new Ages(_time);
        ages.Of(_node, Now);
        _time.Advance(Minute);
        // Of a node whose clock is a day behind.
        DateTime next = Now - Day;
        Assert.Equal(Minute, ages.Of(_node, next));
        _time.Advance(Minute);
        Assert.Equal(2 * Minute, ages.Of(_node, next));
    }

    [Fact]
    public void What_was_forgotten_is_seen_anew()
    {
        var ages = new Ages(_time);
        DateTime told = Now;
        ages.Of(_node, told);
        ages.Forget(_node);
        _time.Set(Day);
        Assert.Equal(Day, ages.Of(_node, told));
    }

    // A wall clock that can be set, and a monotonic one that knows nothing of it.
    private sealed class Clocks : TimeProvider
    {
        private DateTimeOffset _wall = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        private TimeSpan _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _wall;

        public override long GetTimestamp() => _passed.Ticks;

        public void Advance(TimeSpan time) => (_wall, _passed) = (_wall + time, _passed + time);

        public void Set(TimeSpan step) => _wall += step;
    }
}
