namespace CheckpointOperator.Kubernetes.Informers;

/// <summary>How long to wait before the API server is asked again: 0.8 s, doubled with each failure up to 30 s, and up to twice that
/// by chance, so that many clients do not come back at once; from the start again after two minutes without a failure.
/// The numbers are those of client-go's reflector: at most one request in 30 to 60 s from each client of a server that is in trouble.</summary>
public sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan Maximum = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _time;
    private readonly Func<double> _chance;
    private TimeSpan _next = First;
    private long _last;

    /// <summary>Makes one.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="chance">A number from 0 to 1; null for random ones.</param>
    public Backoff(TimeProvider time, Func<double>? chance = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _chance = chance ?? Random.Shared.NextDouble;
        _last = time.GetTimestamp();
    }

    /// <summary>Counts a failure and tells how long to wait, at least what the server asked for.</summary>
    /// <param name="retryAfter">What the server asked for.</param>
    public TimeSpan Next(TimeSpan? retryAfter = null)
    {
        if (_time.GetElapsedTime(_last) >= Healthy)
            _next = First;
        TimeSpan wait = _next * (1 + _chance());
        _next = _next * 2 < Maximum ? _next * 2 : Maximum;
        if (retryAfter > wait)
            wait = retryAfter.Value;
        // Counted from the end of the wait: the wait itself is no healthy time.
        _last = _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);
        return wait;
    }
}
