using System.Collections.Concurrent;
using k8s.Models;

namespace CheckpointOperator.Operator;

/// <summary>
/// How long ago something was, by the time that an object's status tells. The wall clock decides only where this process sees that time first; from then on the
/// monotonic clock does, so that a clock that is set neither ends anything before its time nor keeps it for longer. A process that starts anew misses nothing of this.
/// </summary>
/// <param name="time">Both clocks.</param>
internal sealed class Ages(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Sighting> _sightings = new();

    /// <summary>The age of a time.</summary>
    /// <param name="entity">The object that tells it: one time of it at once.</param>
    /// <param name="told">The time.</param>
    /// <returns>Never negative. A time that took the place of another is no older than the last look at that one.</returns>
    public TimeSpan Of(IMetadata<V1ObjectMeta> entity, DateTime told)
    {
        Sighting seen = _sightings.AddOrUpdate(entity.Metadata.Uid, _ => See(told, TimeSpan.MaxValue), (_, before) =>
            before.Told == told ? before with { Looked = time.GetTimestamp() } : See(told, time.GetElapsedTime(before.Looked)));
        return seen.Age + time.GetElapsedTime(seen.First);
    }

    /// <summary>Forgets an object that is gone, or whose time does not matter any more.</summary>
    /// <param name="entity">The object.</param>
    public void Forget(IMetadata<V1ObjectMeta> entity) => _sightings.TryRemove(entity.Metadata.Uid, out _);

    private Sighting See(DateTime told, TimeSpan longest)
    {
        TimeSpan age = time.GetUtcNow().UtcDateTime - told;
        long now = time.GetTimestamp();
        return new Sighting(told, age < TimeSpan.Zero ? TimeSpan.Zero : age < longest ? age : longest, now, now);
    }

    private sealed record Sighting(DateTime Told, TimeSpan Age, long First, long Looked);
}
