using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Metrics;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Queues;

/// <summary>The keys of one kind that wait for a reconcile: now, at a time, or after a failure.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public sealed class ReconcileQueue<TEntity> : IDisposable
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly WorkQueue<NamespacedName> _work = new();
    private readonly DelayQueue<NamespacedName> _delayed;
    private readonly KeyBackoff<NamespacedName> _backoff;
    private readonly RetryBucket _retries;
    private readonly OperatorMetrics _metrics;
    private readonly string _kind = EntityMetadata.Of<TEntity>().Kind;

    /// <summary>Makes one.</summary>
    /// <param name="settings">The longest backoff.</param>
    /// <param name="metrics">Counts what is added.</param>
    /// <param name="time">The clock.</param>
    public ReconcileQueue(OperatorSettings settings, OperatorMetrics metrics, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(metrics);
        _metrics = metrics;
        _delayed = new DelayQueue<NamespacedName>(time, key => Add(key));
        _backoff = new KeyBackoff<NamespacedName>(settings.MaxErrorBackoff);
        _retries = new RetryBucket(time);
        metrics.Observe(_kind, () => _work.Count);
    }

    /// <summary>Adds a key, now or later.</summary>
    /// <param name="key">The key.</param>
    /// <param name="delay">From now; an earlier time that is already set wins.</param>
    /// <returns>False once the queue is closed.</returns>
    public bool Add(NamespacedName key, TimeSpan delay = default)
    {
        _metrics.Queued(_kind);
        if (delay <= TimeSpan.Zero)
            return _work.Add(key);
        _delayed.Add(key, delay);
        return true;
    }

    /// <summary>Adds a key after a failure: after its own backoff, the turn of all that failed, or what the server asked for, whichever is longest.</summary>
    /// <param name="key">The key.</param>
    /// <param name="atLeast">What the server asked to wait.</param>
    /// <returns>Failures of the key in a row.</returns>
    public int Retry(NamespacedName key, TimeSpan? atLeast = null)
    {
        _metrics.Retried(_kind);
        TimeSpan[] waits = [_backoff.Next(key), _retries.Reserve(), atLeast ?? TimeSpan.Zero];
        _delayed.Add(key, waits.Max());
        return _backoff.Failures(key);
    }

    /// <summary>Forgets a key's failures.</summary>
    /// <param name="key">The key.</param>
    public void Forget(NamespacedName key) => _backoff.Forget(key);

    /// <summary>Takes the next key; <see cref="Done"/> has to follow.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<NamespacedName> TakeAsync(CancellationToken cancellationToken) => _work.TakeAsync(cancellationToken);

    /// <summary>Ends the work on a key.</summary>
    /// <param name="key">The key.</param>
    public void Done(NamespacedName key) => _work.Done(key);

    /// <summary>Takes no more keys.</summary>
    public void Close() => _work.Close();

    /// <inheritdoc />
    public void Dispose() => _delayed.Dispose();
}
