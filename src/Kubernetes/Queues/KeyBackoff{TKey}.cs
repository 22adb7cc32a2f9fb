namespace CheckpointOperator.Kubernetes.Queues;

/// <summary>How long each key waits after its failures: 5 ms, doubled with each, up to a limit; until it is forgotten.</summary>
/// <typeparam name="TKey">The key.</typeparam>
public sealed class KeyBackoff<TKey>
    where TKey : notnull
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly TimeSpan _maximum;
    private readonly Dictionary<TKey, int> _failures = [];

    /// <summary>Makes one.</summary>
    /// <param name="maximum">The longest wait.</param>
    public KeyBackoff(TimeSpan maximum) => _maximum = maximum;

    /// <summary>Counts a failure and tells how long to wait.</summary>
    /// <param name="key">The key.</param>
    public TimeSpan Next(TKey key)
    {
        lock (_lock)
        {
            int failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            return TimeSpan.FromMilliseconds(Math.Min(First.TotalMilliseconds * Math.Pow(2, failures), _maximum.TotalMilliseconds));
        }
    }

    /// <summary>Failures in a row.</summary>
    /// <param name="key">The key.</param>
    public int Failures(TKey key)
    {
        lock (_lock)
            return _failures.GetValueOrDefault(key);
    }

    /// <summary>Starts a key afresh.</summary>
    /// <param name="key">The key.</param>
    public void Forget(TKey key)
    {
        lock (_lock)
            _failures.Remove(key);
    }
}
