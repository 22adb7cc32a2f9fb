using System.Diagnostics;
using System.Diagnostics.Metrics;

using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Tracing;
using CheckpointOperator.NodeAgent.Hosting;
using CheckpointOperator.NodeAgent.Restores;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Observation;

/// <summary>What the agent tells of checkpoints and restores: metrics, and spans in the traces of their objects.</summary>
internal sealed class WorkTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the trace source.</summary>
    public const string Name = AgentHost.Name + ".work";

    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] };
    private static readonly InstrumentAdvice<double> Stillness = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };
    private static readonly InstrumentAdvice<long> Bytes = new() { HistogramBucketBoundaries = [1L << 20, 1L << 22, 1L << 24, 1L << 26, 1L << 28, 1L << 30, 1L << 32, 1L << 34, 1L << 36] };

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly ActivitySource _source = new(Name);
    private readonly UpDownCounter<long> _checkpoints;
    private readonly UpDownCounter<long> _restores;
    private readonly Histogram<double> _checkpointDuration;
    private readonly Histogram<double> _freezeDuration;
    private readonly Histogram<double> _restoreDuration;
    private readonly Histogram<long> _archiveSize;

    /// <summary>Makes the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="time">The clock.</param>
    public WorkTelemetry(IMeterFactory meters, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _time = time;
        _meter = meters.Create(Name);
        _checkpoints = _meter.CreateUpDownCounter<long>("checkpoint_operator.checkpoint.active", "{checkpoint}", "Checkpoints under way, those that wait for their turn included.");
        _restores = _meter.CreateUpDownCounter<long>("checkpoint_operator.restore.active", "{restore}", "Restores of containers under way.");
        _checkpointDuration = _meter.CreateHistogram("checkpoint_operator.checkpoint.duration", "s", "Duration of a checkpoint, until its archive is in the store.", advice: Seconds);
        _freezeDuration = _meter.CreateHistogram("checkpoint_operator.checkpoint.freeze.duration", "s", "For how long a container stood still for its checkpoint.", advice: Stillness);
        _restoreDuration = _meter.CreateHistogram("checkpoint_operator.restore.duration", "s", "Duration of a container's restore, from the runtime's question to the proof.", advice: Seconds);
        _archiveSize = _meter.CreateHistogram("checkpoint_operator.archive.size", "By", "Size of an archive that was taken.", advice: Bytes);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _meter.Dispose();
        _source.Dispose();
    }

    /// <summary>A checkpoint begins.</summary>
    public ObservedWork BeginCheckpoint(V1Alpha1ContainerCheckpoint checkpoint)
    {
        Activity? span = _source.StartActivity("checkpoint container", ActivityKind.Internal, Activity.Current?.Context ?? ContextOf(checkpoint.Metadata));
        Describe(span, checkpoint.Metadata, checkpoint.Status.Container?.Name, checkpoint.Spec.Pod);
        return new ObservedWork(span, _checkpoints, _checkpointDuration, _time.GetTimestamp(), _time);
    }

    /// <summary>A checkpoint was taken.</summary>
    /// <param name="bytes">The archive's size.</param>
    /// <param name="frozenMilliseconds">For how long the container stood still; null where nobody knows.</param>
    public void Taken(long bytes, long? frozenMilliseconds)
    {
        _archiveSize.Record(bytes);
        if (frozenMilliseconds is { } frozen)
            _freezeDuration.Record(frozen / 1000.0);
    }

    /// <summary>A restore begins that the objects allow.</summary>
    /// <param name="restore">The restore.</param>
    /// <param name="asked">When the runtime asked.</param>
    public ObservedWork BeginRestore(AuthorizedRestore restore, long asked)
    {
        Activity? span = _source.StartActivity(
            "restore container", ActivityKind.Server, ContextOf(restore.Restore.Metadata), startTime: _time.GetUtcNow() - _time.GetElapsedTime(asked));
        Describe(span, restore.Restore.Metadata, restore.Container, restore.Pod.Metadata.Name);
        // The checkpoint has a trace of its own.
        if (ContextOf(restore.Checkpoint.Metadata) is { TraceId: var trace } taken && trace != default)
            span?.AddLink(new ActivityLink(taken));
        return new ObservedWork(span, _restores, _restoreDuration, asked, _time);
    }

    /// <summary>A restore goes on that an earlier agent began.</summary>
    public ObservedWork ResumeRestore(RestoreJournalEntry entry)
    {
        _ = ActivityContext.TryParse(entry.TraceParent, null, isRemote: true, out ActivityContext parent);
        Activity? span = _source.StartActivity("conclude restore", ActivityKind.Internal, parent);
        span?.SetTag("k8s.namespace.name", entry.Namespace).SetTag("operator.resource.name", entry.Name).SetTag("k8s.container.name", entry.Container);
        return new ObservedWork(span, _restores, _restoreDuration, entry.Begun, _time);
    }

    /// <summary>A part of a checkpoint or restore.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="whole">What it is part of.</param>
    public Activity? Begin(string name, Activity? whole) => whole is null ? null : _source.StartActivity(name, ActivityKind.Internal, whole.Context);

    /// <summary>What the restore runtime did, by its own clock readings: it has no time, and no room, to tell it by itself.</summary>
    /// <param name="whole">The restore.</param>
    /// <param name="report">Its report.</param>
    /// <param name="runtime">The real runtime.</param>
    public void TellRuntime(Activity? whole, WrapperMessage report, string runtime)
    {
        if (whole is null || report is not { Began: { } began, RuntimeBegan: { } runtimeBegan, RuntimeEnded: { } runtimeEnded })
            return;
        using Activity? wrapper = _source.StartActivity("checkpoint-restore-runtime create", ActivityKind.Internal, whole.Context, startTime: TimeOf(began));
        wrapper?.SetTag("process.executable.name", "checkpoint-restore-runtime").SetTag("container.id", report.Id);
        using (Activity? real = wrapper is null ? null : _source.StartActivity($"{Path.GetFileName(runtime)} restore", ActivityKind.Internal, wrapper.Context, startTime: TimeOf(runtimeBegan)))
        {
            real?.SetTag("process.executable.name", Path.GetFileName(runtime)).SetTag("process.exit.code", report.ExitCode);
            if (report.ExitCode != 0)
                real?.SetStatus(ActivityStatusCode.Error, report.Error);
            real?.SetEndTime(TimeOf(runtimeEnded).UtcDateTime);
        }
        wrapper?.SetEndTime(TimeOf(runtimeEnded).UtcDateTime);
    }

    private static DateTimeOffset TimeOf(long microseconds) => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);

    private static ActivityContext ContextOf(V1ObjectMeta metadata) => TraceContext.Of(metadata, ApiGroup.TraceAnnotation);

    private static void Describe(Activity? span, V1ObjectMeta metadata, string? container, string pod) => span?
        .SetTag("k8s.namespace.name", metadata.NamespaceProperty)
        .SetTag("k8s.pod.name", pod)
        .SetTag("k8s.container.name", container)
        .SetTag("operator.resource.name", metadata.Name)
        .SetTag("operator.resource.uid", metadata.Uid);
}
