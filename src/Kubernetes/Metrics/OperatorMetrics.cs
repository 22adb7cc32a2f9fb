using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CheckpointOperator.Kubernetes.Abstractions.Builder;

namespace CheckpointOperator.Kubernetes.Metrics;

/// <summary>What an operator counts. The meter has the operator's name.</summary>
public sealed class OperatorMetrics : IDisposable
{
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private readonly Meter _meter;
    private readonly ConcurrentDictionary<string, Func<int>> _depths = new();
    private readonly Counter<long> _queued;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _reconciliations;
    private readonly Counter<long> _watchStarts;
    private readonly Counter<long> _watchErrors;
    private readonly Counter<long> _lists;
    private readonly Counter<long> _eventsDropped;
    private readonly UpDownCounter<long> _active;
    private readonly UpDownCounter<long> _leader;
    private readonly Histogram<double> _duration;

    /// <summary>Makes the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="settings">Names it.</param>
    public OperatorMetrics(IMeterFactory meters, OperatorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(settings);
        _meter = meters.Create(settings.Name);
        _meter.CreateObservableGauge(
            "operator.queue.depth", () => _depths.Select(depth => new Measurement<int>(depth.Value(), Kind(depth.Key))), "{key}", "Keys that wait for a reconcile.");
        _queued = _meter.CreateCounter<long>("operator.queue.adds", "{key}", "Keys added to a queue.");
        _retries = _meter.CreateCounter<long>("operator.queue.retries", "{key}", "Keys added again after a failure.");
        _reconciliations = _meter.CreateCounter<long>("operator.reconciliations", "{reconciliation}", "Reconciles by result.");
        _duration = _meter.CreateHistogram("operator.reconciliation.duration", "s", "Duration of a reconcile.", advice: Seconds);
        _active = _meter.CreateUpDownCounter<long>("operator.reconciliations.active", "{reconciliation}", "Reconciles that run now.");
        _lists = _meter.CreateCounter<long>("operator.lists", "{list}", "Whole lists that an informer read.");
        _watchStarts = _meter.CreateCounter<long>("operator.watch.starts", "{watch}", "Watches that were opened.");
        _watchErrors = _meter.CreateCounter<long>("operator.watch.errors", "{error}", "Lists and watches that ended with an error.");
        _leader = _meter.CreateUpDownCounter<long>("operator.leader", "{leader}", "1 in the process that holds the lease.");
        _eventsDropped = _meter.CreateCounter<long>("operator.events.dropped", "{event}", "Events that were not written.");
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Observe(string kind, Func<int> depth) => _depths[kind] = depth;

    internal void Queued(string kind) => _queued.Add(1, Kind(kind));

    internal void Retried(string kind) => _retries.Add(1, Kind(kind));

    internal void Started(string kind) => _active.Add(1, Kind(kind));

    internal void Ended(string kind, string result, Exception? error, TimeSpan duration)
    {
        _active.Add(-1, Kind(kind));
        TagList tags = [Kind(kind), new("operator.reconciliation.result", result)];
        if (error is not null)
            tags.Add("error.type", error.GetType().Name);
        _reconciliations.Add(1, tags);
        _duration.Record(duration.TotalSeconds, Kind(kind));
    }

    internal void Listed(string kind) => _lists.Add(1, Kind(kind));

    internal void WatchStarted(string kind) => _watchStarts.Add(1, Kind(kind));

    internal void WatchFailed(string kind) => _watchErrors.Add(1, Kind(kind));

    internal void Leading(bool leads) => _leader.Add(leads ? 1 : -1);

    internal void EventDropped() => _eventsDropped.Add(1);

    private static KeyValuePair<string, object?> Kind(string kind) => new("operator.resource.kind", kind);
}
