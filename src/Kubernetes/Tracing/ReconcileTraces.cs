using System.Diagnostics;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tracing;

/// <summary>A span for each reconcile, in the trace that its object names. The source has the operator's name.</summary>
public sealed class ReconcileTraces : IDisposable
{
    private readonly ActivitySource _source;
    private readonly string? _annotation;

    /// <summary>Makes the source.</summary>
    /// <param name="settings">Names it, and the annotation.</param>
    public ReconcileTraces(OperatorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _source = new ActivitySource(settings.Name);
        _annotation = settings.TraceAnnotation;
    }

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();

    /// <summary>Begins one; null where nothing is traced.</summary>
    internal Activity? Start(string kind, NamespacedName key, V1ObjectMeta? metadata)
    {
        if (!_source.HasListeners())
            return null;
        ActivityContext parent = TraceContext.Of(metadata, _annotation);
        // A worker has no span of its own; what it inherited from whoever started it is none of the object's.
        Activity.Current = null;
        Activity? span = _source.StartActivity($"reconcile {kind}", ActivityKind.Internal, parent);
        span?.SetTag("operator.resource.kind", kind).SetTag("k8s.namespace.name", key.Namespace).SetTag("operator.resource.name", key.Name).SetTag("operator.resource.uid", metadata?.Uid);
        return span;
    }

    /// <summary>Ends one. A look that changed nothing is not worth a span: an object is looked at for as long as it is there.</summary>
    internal static void End(Activity? span, string result, bool changed, Exception? error)
    {
        if (span is null)
            return;
        span.SetTag("operator.reconciliation.result", result);
        if (error is not null)
            span.SetTag("error.type", error.GetType().Name).SetStatus(ActivityStatusCode.Error, error.Message);
        else if (!changed)
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.Dispose();
    }
}
