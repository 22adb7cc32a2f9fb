using CheckpointOperator.Kubernetes.Abstractions.Events;

namespace CheckpointOperator.Kubernetes.Events;

/// <summary>Keeps Events few, by the rules and numbers of client-go's tools/record/events_cache.go: the same again counts on, more than ten
/// similar within ten minutes become one, and one object gets 25 at once and then one in five minutes.</summary>
internal sealed class EventCorrelator(TimeProvider time)
{
    private const int CacheSize = 4096;
    private const int MaxSimilar = 10;
    private const int Burst = 25;
    private const int MaxMessage = 1024;
    private static readonly TimeSpan SimilarPeriod = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Refill = TimeSpan.FromMinutes(5);

    private readonly LruCache<RecordKey, EventRecord> _records = new(CacheSize);
    private readonly LruCache<SimilarKey, Similar> _similar = new(CacheSize);
    private readonly LruCache<ObjectKey, Bucket> _buckets = new(CacheSize);

    /// <summary>The Event to write, or null where the object had too many.</summary>
    public EventRecord? Correlate(ObservedEvent observed)
    {
        ObjectKey target = new(observed.Involved.Kind, observed.Involved.NamespaceProperty, observed.Involved.Name, observed.Involved.Uid);
        string message = observed.Message.Length > MaxMessage ? observed.Message[..MaxMessage] : observed.Message;
        SimilarKey similarKey = new(target, observed.Type, observed.Reason);
        Similar similar = _similar.GetOrAdd(similarKey, _ => new Similar());
        bool combine = similar.Add(message, time);
        RecordKey key = new(similarKey, combine ? null : message);
        if (combine)
            message = $"(combined from similar events): {message}";

        if (!_buckets.GetOrAdd(target, _ => new Bucket(time.GetTimestamp())).Take(time))
            return null;
        EventRecord record = _records.GetOrAdd(key, _ => new EventRecord(observed.Involved, observed.Reason, message, observed.Type, observed.Time));
        record.Count++;
        record.Message = message;
        record.Last = observed.Time;
        return record;
    }

    private readonly record struct ObjectKey(string Kind, string? Namespace, string Name, string? Uid);

    private readonly record struct SimilarKey(ObjectKey Target, EventType Type, string Reason);

    /// <summary>The message is null for those that are combined.</summary>
    private readonly record struct RecordKey(SimilarKey Similar, string? Message);

    /// <summary>The different messages of one reason within the period.</summary>
    private sealed class Similar
    {
        private readonly HashSet<string> _messages = new(StringComparer.Ordinal);
        private long _last;

        public bool Add(string message, TimeProvider time)
        {
            if (_messages.Count > 0 && time.GetElapsedTime(_last) > SimilarPeriod)
                _messages.Clear();
            _last = time.GetTimestamp();
            if (_messages.Contains(message))
                return false;
            if (_messages.Count >= MaxSimilar)
                return true;
            _messages.Add(message);
            return false;
        }
    }

    /// <summary>A token bucket.</summary>
    private sealed class Bucket(long now)
    {
        private double _tokens = Burst;
        private long _filled = now;

        public bool Take(TimeProvider time)
        {
            long now = time.GetTimestamp();
            _tokens = Math.Min(Burst, _tokens + (time.GetElapsedTime(_filled, now) / Refill));
            _filled = now;
            if (_tokens < 1)
                return false;
            _tokens--;
            return true;
        }
    }
}
