using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.Json;
using CheckpointOperator.Kubernetes.Metrics;
using CheckpointOperator.Kubernetes.Queues;
using CheckpointOperator.Kubernetes.Tracing;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Controllers;

/// <summary>The workers of one kind: take a key, reconcile what the cache has, decide when to look again.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed partial class ControllerHost<TEntity>(
    EntityStore<TEntity> store,
    ReconcileQueue<TEntity> queue,
    Reconciler<TEntity> reconciler,
    OperatorSettings settings,
    OperatorMetrics metrics,
    ReconcileTraces traces,
    TimeProvider time,
    ILogger<ControllerHost<TEntity>> logger) : IControllerHost
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ConcurrentDictionary<NamespacedName, TEntity> _tombstones = new();
    private readonly OwnWrites<TEntity> _ownWrites = new();
    private readonly string _kind = EntityMetadata.Of<TEntity>().Kind;

    public void Subscribe() => store.Subscribe(change =>
    {
        if (change.Type == ReconciliationType.Deleted)
            _tombstones[change.Key] = change.Entity;
        if (ChangeFilter.AsksForReconcile(settings.ReconcileStrategy, change))
            queue.Add(change.Key);
    });

    public async Task RunAsync(CancellationToken stopping, CancellationToken abandon)
    {
        Task resync = ResyncAsync(stopping);
        Task[] workers = [.. Enumerable.Range(0, settings.MaxParallelReconciliations).Select(_ => WorkAsync(stopping, abandon))];
        await Task.WhenAll(workers).ConfigureAwait(false);
        await resync.ConfigureAwait(false);
        queue.Close();
    }

    private async Task WorkAsync(CancellationToken stopping, CancellationToken abandon)
    {
        while (!stopping.IsCancellationRequested)
        {
            NamespacedName key;
            try
            {
                key = await queue.TakeAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
            {
                return;
            }
            try
            {
                await ProcessAsync(key, abandon).ConfigureAwait(false);
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task ProcessAsync(NamespacedName key, CancellationToken abandon)
    {
        using IDisposable? scope = logger.BeginScope(new Dictionary<string, object?>
        {
            ["Kind"] = _kind,
            ["Namespace"] = key.Namespace,
            ["Name"] = key.Name,
            ["ReconcileId"] = Guid.NewGuid(),
        });
        long started = time.GetTimestamp();
        string outcome = "error";
        bool changed = true;
        Exception? failure = null;
        Activity? span = traces.Start(_kind, key, store.Peek(key)?.Metadata);
        metrics.Started(_kind);
        try
        {
            (outcome, changed) = await ReconcileAsync(key, abandon).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            outcome = "canceled";
            queue.Add(key);
        }
        catch (ApiServerException error) when (error.IsConflict)
        {
            // Somebody else wrote: the watch brings the newer state.
            outcome = "conflict";
            queue.Retry(key);
            Log.Conflict(logger, _kind, key, error.Message);
        }
#pragma warning disable CA1031 // One object's failure must not end the work on the others; it is told, counted and tried again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = error;
            int failures = queue.Retry(key, (error as ApiServerException)?.RetryAfter);
            Log.Thrown(logger, failures > settings.MaxErrorRetries ? LogLevel.Error : LogLevel.Warning, error, _kind, key, failures);
        }
        finally
        {
            metrics.Ended(_kind, outcome, failure, time.GetElapsedTime(started));
            ReconcileTraces.End(span, outcome, changed, failure);
        }
    }

    // What came of it, and whether the object is another than before.
    private async Task<(string Outcome, bool Changed)> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        TEntity? cached = store.Peek(key);
        // Only where every change asks for a reconcile does the write that is awaited bring the key again.
        if (settings.ReconcileStrategy == ReconcileStrategy.ByResourceVersion && _ownWrites.IsBehind(key, cached))
            return ("behind", false);
        if (_tombstones.TryGetValue(key, out TEntity? gone) && cached?.Metadata.Uid != gone.Metadata.Uid)
        {
            ReconciliationResult<TEntity> told = await reconciler.DeletedAsync(KubernetesSerializer.Clone(gone), cancellationToken).ConfigureAwait(false);
            if (!told.IsSuccess || cached is null)
            {
                if (told.IsSuccess)
                    _tombstones.TryRemove(KeyValuePair.Create(key, gone));
                return (Settle(key, told), true);
            }
        }
        if (gone is not null)
            _tombstones.TryRemove(KeyValuePair.Create(key, gone));
        if (cached is null)
        {
            queue.Forget(key);
            return ("gone", false);
        }
        ReconciliationResult<TEntity> result = await reconciler.ReconcileAsync(KubernetesSerializer.Clone(cached), cancellationToken).ConfigureAwait(false);
        _ownWrites.Note(key, cached, result.Entity);
        return (Settle(key, result), !result.IsSuccess || result.Entity.Metadata.ResourceVersion != cached.Metadata.ResourceVersion);
    }

    private string Settle(NamespacedName key, ReconciliationResult<TEntity> result)
    {
        if (result.IsSuccess)
        {
            queue.Forget(key);
            if (result.RequeueAfter is { } later)
                queue.Add(key, later);
            return "success";
        }
        if (result.RequeueAfter is { } after)
        {
            queue.Forget(key);
            queue.Add(key, after);
            Log.Failed(logger, LogLevel.Warning, result.Error, _kind, key, 1, result.ErrorMessage);
        }
        else
        {
            int failures = queue.Retry(key);
            Log.Failed(logger, failures > settings.MaxErrorRetries ? LogLevel.Error : LogLevel.Warning, result.Error, _kind, key, failures, result.ErrorMessage);
        }
        return "failure";
    }

    private async Task ResyncAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            // Within a tenth of the period by chance, so that kinds do not all come at once.
            TimeSpan period = settings.ResyncPeriod * (0.9 + (0.2 * Random.Shared.NextDouble()));
            await Task.Delay(period, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
                return;
            foreach (NamespacedName key in store.Keys(static _ => true))
                queue.Add(key);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Kind} {Key} was changed by another meanwhile, again soon: {Reason}")]
        public static partial void Conflict(ILogger logger, string kind, NamespacedName key, string reason);

        [LoggerMessage(EventId = 2, Message = "The reconcile of {Kind} {Key} failed unexpectedly, {Failures} times in a row")]
        public static partial void Thrown(ILogger logger, LogLevel level, Exception error, string kind, NamespacedName key, int failures);

        [LoggerMessage(EventId = 3, Message = "The reconcile of {Kind} {Key} failed, {Failures} times in a row: {Reason}")]
        public static partial void Failed(ILogger logger, LogLevel level, Exception? error, string kind, NamespacedName key, int failures, string reason);
    }
}
