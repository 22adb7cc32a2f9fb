using System.Diagnostics.Metrics;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator.Hosting;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Hosting;

namespace CheckpointOperator.Operator.Observation;

/// <summary>What the operator tells of checkpoints and restores.</summary>
internal sealed class ObjectMetrics : IHostedService, IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = OperatorHost.Name + ".objects";

    // Of an object that nobody has judged yet.
    private const string New = "New";

    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] };

    private readonly IEntityCache<V1Alpha1ContainerCheckpoint> _checkpoints;
    private readonly IEntityCache<V1Alpha1ContainerRestore> _restores;
    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _restoration;

    /// <summary>Makes the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="checkpoints">The checkpoints there are.</param>
    /// <param name="restores">The restores there are.</param>
    /// <param name="time">The clock.</param>
    public ObjectMetrics(IMeterFactory meters, IEntityCache<V1Alpha1ContainerCheckpoint> checkpoints, IEntityCache<V1Alpha1ContainerRestore> restores, TimeProvider time)
    {
        (_checkpoints, _restores, _time) = (checkpoints, restores, time);
        _meter = meters.Create(Name);
        _failures = _meter.CreateCounter<long>("checkpoint_operator.object.failures", "{object}", "Objects that the operator called Failed, by kind and reason.");
        _restoration = _meter.CreateHistogram(
            "checkpoint_operator.restore.completion.duration", "s", "From a ContainerRestore's creation until it was Ready.", advice: Seconds);
    }

    /// <summary>Begins to count objects whenever it is asked, whether or not any is reconciled.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.CreateObservableUpDownCounter(
            "checkpoint_operator.checkpoint.count", () => Count(_checkpoints, checkpoint => checkpoint.Status.Phase?.ToString()), "{checkpoint}", "ContainerCheckpoints by phase.");
        _meter.CreateObservableUpDownCounter(
            "checkpoint_operator.restore.count", () => Count(_restores, restore => restore.Status.Phase?.ToString()), "{restore}", "ContainerRestores by phase.");
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    /// <summary>An object is Failed.</summary>
    /// <param name="failed">The object.</param>
    /// <param name="reason">Why, as its condition says.</param>
    public void Failed(IKubernetesObject<V1ObjectMeta> failed, string reason) =>
        _failures.Add(1, new("operator.resource.kind", failed.Kind), new("error.type", reason));

    /// <summary>A restore is Ready.</summary>
    public void Restored(V1Alpha1ContainerRestore restore)
    {
        // The API server's clock against our own.
        if (restore.Metadata.CreationTimestamp is { } created)
            _restoration.Record(Math.Max(0, (_time.GetUtcNow() - created).TotalSeconds));
    }

    private static IEnumerable<Measurement<int>> Count<TEntity>(IEntityCache<TEntity> cache, Func<TEntity, string?> phase)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        var counts = new Dictionary<string, int>();
        // Looks at each, and copies none.
        cache.Keys(entity =>
        {
            string name = phase(entity) ?? New;
            counts[name] = counts.GetValueOrDefault(name) + 1;
            return false;
        });
        return counts.Select(count => new Measurement<int>(count.Value, new KeyValuePair<string, object?>("checkpoint_operator.phase", count.Key)));
    }
}
