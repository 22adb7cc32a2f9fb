using System.Net;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Metrics;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Informers;

/// <summary>Keeps the cache of one kind: one list, then watches from its resourceVersion on. Lists again only when the server no longer knows that version.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed partial class Informer<TEntity> : IInformer
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>A watch that ends sooner without an event was cut off, not ended.</summary>
    private static readonly TimeSpan EndedTooSoon = TimeSpan.FromSeconds(1);

    private readonly ResourceClient<TEntity> _client;
    private readonly EntityStore<TEntity> _store;
    private readonly InformerScope<TEntity> _scope;
    private readonly TimeSpan _watchTimeout;
    private readonly Action<TEntity>? _trim;
    private readonly OperatorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<Informer<TEntity>> _logger;
    private readonly Backoff _backoff;
    private string? _resourceVersion;
    private long _lastContact;

    public Informer(
        ResourceClient<TEntity> client, EntityStore<TEntity> store, InformerScope<TEntity> scope,
        OperatorSettings settings, OperatorMetrics metrics, TimeProvider time, ILogger<Informer<TEntity>> logger, Action<TEntity>? trim = null)
    {
        _client = client;
        _store = store;
        _scope = scope;
        _watchTimeout = settings.WatchTimeout;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _trim = trim;
        _backoff = new Backoff(time);
        _lastContact = time.GetTimestamp();
    }

    public string Kind { get; } = EntityMetadata.Of<TEntity>().Kind;

    public bool HasSynced => _store.HasSynced;

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _store.WaitForSyncAsync(cancellationToken);

    public TimeSpan Silence => _time.GetElapsedTime(Interlocked.Read(ref _lastContact));

    public string? LastError { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ResourceScope scope = await _scope.ResolveAsync(cancellationToken).ConfigureAwait(false);
        while (!cancellationToken.IsCancellationRequested)
        {
            bool listed = false;
            try
            {
                if (_resourceVersion is null)
                {
                    await ListAsync(scope, cancellationToken).ConfigureAwait(false);
                    listed = true;
                }
                await WatchAsync(scope, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiServerException error) when (error.IsExpired && _resourceVersion is not null && !listed)
            {
                // The watch fell behind: a new list right away, without a penalty. One that follows on a fresh list waits below.
                _resourceVersion = null;
                Log.Expired(_logger, Kind, error.Message);
            }
#pragma warning disable CA1031 // Whatever ends a list or watch, the next one brings the cache up to date; the error is told and counted.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (error is ApiServerException { IsExpired: true })
                    _resourceVersion = null;
                _metrics.WatchFailed(Kind);
                LastError = error.Message;
                TimeSpan wait = _backoff.Next((error as ApiServerException)?.RetryAfter);
                Tell(error, wait);
                await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListAsync(ResourceScope scope, CancellationToken cancellationToken)
    {
        if (_scope.ChangesOnly)
        {
            _resourceVersion = await _client.GetVersionAsync(scope, cancellationToken).ConfigureAwait(false);
            Contact();
            // The version first: what is looked at from here on is at least as new, and what changes after it the watch brings.
            _store.Begin();
            return;
        }
        EntityList<TEntity> list = await _client.ListAsync(scope, _trim, cancellationToken).ConfigureAwait(false);
        Contact();
        _metrics.Listed(Kind);
        _store.Replace(list.Items);
        _resourceVersion = list.Metadata.ResourceVersion;
        Log.Listed(_logger, Kind, list.Items.Count, _resourceVersion);
    }

    private async Task WatchAsync(ResourceScope scope, CancellationToken cancellationToken)
    {
        // By chance, so that not all of them come back at once.
        TimeSpan serverTimeout = _watchTimeout * (1 + Random.Shared.NextDouble());
        // A watch that is still open after that hangs on a dead connection.
        using CancellationTokenSource watchdog = new(serverTimeout + (_watchTimeout / 10), _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, watchdog.Token);
        long started = _time.GetTimestamp();
        bool any = false;
        try
        {
            using WatchStream<TEntity> watch = await _client.WatchAsync(scope, _resourceVersion!, serverTimeout, both.Token).ConfigureAwait(false);
            Contact();
            _metrics.WatchStarted(Kind);
            await foreach (WatchEvent<TEntity> change in watch.ReadAsync(both.Token).ConfigureAwait(false))
            {
                any = true;
                Contact();
                Apply(change);
            }
        }
        catch (OperationCanceledException error) when (watchdog.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The watch of {Kind} was silent past the end that the server was asked for ({serverTimeout.TotalSeconds:F0} s); its connection is dead.", error);
        }
        if (!any && _time.GetElapsedTime(started) < EndedTooSoon)
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"The watch of {Kind} ended at once, without an event.");
    }

    private void Apply(WatchEvent<TEntity> change)
    {
        _trim?.Invoke(change.Entity);
        switch (change.Type)
        {
            case not WatchEventType.Bookmark when _scope.ChangesOnly:
                _store.Pass(change.Entity);
                break;
            case WatchEventType.Added or WatchEventType.Modified:
                _store.Set(change.Entity);
                break;
            case WatchEventType.Deleted:
                _store.Remove(change.Entity);
                break;
        }
        // After the change is in the cache: a watch that is cut here starts again before it.
        if (!string.IsNullOrEmpty(change.Entity.Metadata.ResourceVersion))
            _resourceVersion = change.Entity.Metadata.ResourceVersion;
    }

    private void Contact()
    {
        Interlocked.Exchange(ref _lastContact, _time.GetTimestamp());
        LastError = null;
    }

    private void Tell(Exception error, TimeSpan wait)
    {
        double seconds = wait.TotalSeconds;
        if (error is ApiServerException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized })
            Log.Forbidden(_logger, Kind, seconds, error.Message);
        else if (error is ApiServerException { IsNotFound: true })
            Log.NoSuchKind(_logger, Kind, seconds, error.Message);
        else if (error is HttpRequestException or IOException or TimeoutException or ApiServerException)
            Log.Interrupted(_logger, Kind, seconds, error.Message);
        else
            Log.Broken(_logger, error, Kind, seconds);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Listed {Kind}: {Count} objects at resourceVersion {ResourceVersion}")]
        public static partial void Listed(ILogger logger, string kind, int count, string? resourceVersion);

        [LoggerMessage(2, LogLevel.Information, "The watch of {Kind} fell behind and lists again: {Reason}")]
        public static partial void Expired(ILogger logger, string kind, string reason);

        [LoggerMessage(3, LogLevel.Warning, "The list or watch of {Kind} was interrupted, again in {Seconds:F1} s: {Reason}")]
        public static partial void Interrupted(ILogger logger, string kind, double seconds, string reason);

        [LoggerMessage(4, LogLevel.Error, "{Kind} may not be listed and watched; its ClusterRole needs get, list and watch. Again in {Seconds:F1} s: {Reason}")]
        public static partial void Forbidden(ILogger logger, string kind, double seconds, string reason);

        [LoggerMessage(5, LogLevel.Error, "The API server does not know {Kind}; is its CustomResourceDefinition installed? Again in {Seconds:F1} s: {Reason}")]
        public static partial void NoSuchKind(ILogger logger, string kind, double seconds, string reason);

        [LoggerMessage(6, LogLevel.Error, "The list or watch of {Kind} failed unexpectedly, again in {Seconds:F1} s")]
        public static partial void Broken(ILogger logger, Exception error, string kind, double seconds);
    }
}
