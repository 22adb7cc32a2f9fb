namespace CheckpointOperator.Kubernetes.Queues;

/// <summary>How often all keys of a kind together are tried again: 100 at once, then 10 a second, however many fail.
/// The numbers are those of client-go's DefaultTypedControllerRateLimiter.</summary>
public sealed class RetryBucket
{
    private const double Burst = 100;
    private const double PerSecond = 10;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private double _tokens = Burst;
    private long _filled;

    /// <summary>Makes a full one.</summary>
    /// <param name="time">The clock.</param>
    public RetryBucket(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _filled = time.GetTimestamp();
    }

    /// <summary>Takes the next turn.</summary>
    /// <returns>How long it is until then.</returns>
    public TimeSpan Reserve()
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            _tokens = Math.Min(Burst, _tokens + (_time.GetElapsedTime(_filled, now).TotalSeconds * PerSecond)) - 1;
            _filled = now;
            // Below zero it is owed: so many turns are before this one.
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / PerSecond);
        }
    }
}
