namespace CheckpointOperator.Kubernetes.Queues;

/// <summary>Keys whose time has not come. A key has one time, the earliest asked for; one timer waits for the first.</summary>
/// <typeparam name="TKey">The key.</typeparam>
public sealed class DelayQueue<TKey> : IDisposable
    where TKey : notnull
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(20);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action<TKey> _due;
    private readonly PriorityQueue<TKey, long> _heap = new();
    private readonly Dictionary<TKey, long> _times = [];
    private readonly ITimer _timer;
    private bool _disposed;

    /// <summary>Makes one.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="due">Told each key at its time.</param>
    public DelayQueue(TimeProvider time, Action<TKey> due)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _due = due;
        _timer = time.CreateTimer(static state => ((DelayQueue<TKey>)state!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many keys wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _times.Count;
        }
    }

    /// <summary>Sets a key's time, unless it has an earlier one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="delay">From now.</param>
    public void Add(TKey key, TimeSpan delay)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            long at = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
            if (_times.TryGetValue(key, out long known) && known <= at)
                return;
            // The later entry of the same key stays in the heap; its time no longer being the key's, it is passed over.
            _times[key] = at;
            _heap.Enqueue(key, at);
            SetTimer();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _heap.Clear();
            _times.Clear();
        }
        _timer.Dispose();
    }

    private void Release()
    {
        List<TKey> due = [];
        lock (_lock)
        {
            if (_disposed)
                return;
            long now = _time.GetTimestamp();
            while (_heap.TryPeek(out TKey? key, out long at) && (at <= now || _times.GetValueOrDefault(key, long.MinValue) != at))
            {
                _heap.Dequeue();
                if (_times.GetValueOrDefault(key, long.MinValue) != at)
                    continue;
                _times.Remove(key);
                due.Add(key);
            }
            SetTimer();
        }
        foreach (TKey key in due)
            _due(key);
    }

    private void SetTimer()
    {
        if (!_heap.TryPeek(out _, out long first))
            return;
        // Rounded up to whole milliseconds, which is what a timer counts: one that fires early would only be set again.
        double milliseconds = Math.Ceiling((first - _time.GetTimestamp()) * 1000.0 / _time.TimestampFrequency);
        TimeSpan delay = TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, LongestTimer.TotalMilliseconds));
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }
}
