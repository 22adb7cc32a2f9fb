using System.Threading.Channels;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Events;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.Metrics;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Events;

/// <summary>Writes Events in the background, from a queue that drops what does not fit.</summary>
internal sealed partial class EventRecorder : BackgroundService
{
    private const int QueueLength = 1000;
    private const int Tries = 12;

    /// <summary>How long Events that wait are still written once the process ends.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly Channel<ObservedEvent> _queue;
    private readonly ResourceClient<Corev1Event> _client;
    private readonly EventCorrelator _correlator;
    private readonly OperatorSettings _settings;
    private readonly OperatorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<EventRecorder> _logger;

    public EventRecorder(
        ResourceClient<Corev1Event> client, OperatorSettings settings, OperatorMetrics metrics, TimeProvider time, ILogger<EventRecorder> logger)
    {
        _client = client;
        _settings = settings;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _correlator = new EventCorrelator(time);
        _queue = Channel.CreateBounded<ObservedEvent>(
            new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            dropped => metrics.EventDropped());
    }

    /// <summary>The <see cref="EventPublisher"/>.</summary>
    public Task PublishAsync(IKubernetesObject<V1ObjectMeta> entity, string reason, string message, EventType type, CancellationToken cancellationToken)
    {
        V1ObjectReference involved = new()
        {
            ApiVersion = entity.ApiVersion,
            Kind = entity.Kind,
            Name = entity.Metadata.Name,
            NamespaceProperty = entity.Metadata.NamespaceProperty,
            Uid = entity.Metadata.Uid,
            ResourceVersion = entity.Metadata.ResourceVersion,
        };
        _queue.Writer.TryWrite(new ObservedEvent(involved, reason, message, type, _time.GetUtcNow().UtcDateTime));
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using CancellationTokenSource end = new(Timeout.InfiniteTimeSpan, _time);
        await using CancellationTokenRegistration stop = stoppingToken.Register(() =>
        {
            _queue.Writer.TryComplete();
            end.CancelAfter(DrainTime);
        });
        try
        {
            await foreach (ObservedEvent observed in _queue.Reader.ReadAllAsync(end.Token).ConfigureAwait(false))
                await WriteAsync(observed, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            Log.Undelivered(_logger, _queue.Reader.Count);
        }
    }

    private async Task WriteAsync(ObservedEvent observed, CancellationToken cancellationToken)
    {
        if (_correlator.Correlate(observed) is not { } record)
        {
            _metrics.EventDropped();
            return;
        }
        Backoff backoff = new(_time);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await WriteOnceAsync(record, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ApiServerException error) when (error.IsNamespaceTerminating)
            {
                // Nobody can look at it there any more: no fault.
                _metrics.EventDropped();
                Log.NamespaceGoes(_logger, observed.Reason, observed.Involved.Kind, observed.Involved.Name, observed.Involved.NamespaceProperty);
                return;
            }
            catch (Exception error) when (error is ApiServerException { StatusCode: < System.Net.HttpStatusCode.InternalServerError and not System.Net.HttpStatusCode.TooManyRequests } || attempt == Tries)
            {
                _metrics.EventDropped();
                Log.Dropped(_logger, observed.Reason, observed.Involved.Kind, observed.Involved.Name, error.Message);
                return;
            }
            catch (Exception error) when (error is ApiServerException or HttpRequestException or IOException or TimeoutException)
            {
                await Task.Delay(backoff.Next((error as ApiServerException)?.RetryAfter), _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task WriteOnceAsync(EventRecord record, CancellationToken cancellationToken)
    {
        if (record.Written is { } written)
        {
            try
            {
                record.Keep(await _client.PatchAsync(written, record.Update, cancellationToken).ConfigureAwait(false));
                return;
            }
            catch (ApiServerException error) when (error.IsNotFound || error.IsConflict)
            {
                // The server forgets Events after an hour: written anew.
            }
        }
        record.Keep(await _client.CreateAsync(MakeEvent(record), cancellationToken).ConfigureAwait(false));
    }

    private Corev1Event MakeEvent(EventRecord record)
    {
        V1ObjectReference involved = record.Involved;
        Corev1Event made = new()
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{involved.Name}.{Guid.NewGuid():N}"[^Math.Min(253, involved.Name.Length + 33)..],
                // Events of a cluster-scoped object are in the namespace that kubectl describe looks at.
                NamespaceProperty = involved.NamespaceProperty ?? "default",
            },
            InvolvedObject = involved,
            Reason = record.Reason,
            Type = record.Type.ToString(),
            Source = new V1EventSource { Component = _settings.Name, Host = _settings.Identity },
            ReportingComponent = _settings.Name,
            ReportingInstance = _settings.Identity,
            FirstTimestamp = record.First,
        };
        record.Update(made);
        return made;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The Event {Reason} on {Kind} {Name} was not written: {Error}")]
        public static partial void Dropped(ILogger logger, string reason, string kind, string name, string error);

        [LoggerMessage(2, LogLevel.Warning, "{Count} Events were not written before the process ended")]
        public static partial void Undelivered(ILogger logger, int count);

        [LoggerMessage(3, LogLevel.Debug, "The Event {Reason} on {Kind} {Name} was not written: namespace {Namespace} is being deleted")]
        public static partial void NamespaceGoes(ILogger logger, string reason, string kind, string name, string @namespace);
    }
}
