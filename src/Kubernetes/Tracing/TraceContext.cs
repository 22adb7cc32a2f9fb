using System.Diagnostics;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tracing;

/// <summary>
/// The trace that an object belongs to: a W3C traceparent in one of its annotations. Whoever may write the object may write the annotation, so it is taken for
/// correlation alone; whether anything is recorded is each process's own decision.
/// </summary>
public static class TraceContext
{
    // 00-<32 digits>-<16 digits>-<2 digits>; version 00 has nothing behind.
    private const int Length = 55;

    /// <summary>The span that the object's spans are below; the default where it names none, or none that can be read.</summary>
    /// <param name="metadata">The object's.</param>
    /// <param name="annotation">The annotation's key; null where objects have none.</param>
    public static ActivityContext Of(V1ObjectMeta? metadata, string? annotation) =>
        annotation is not null
        && metadata?.Annotations is { } annotations
        && annotations.TryGetValue(annotation, out string? value)
        && value is { Length: Length }
        && value.StartsWith("00-", StringComparison.Ordinal)
        && ActivityContext.TryParse(value, traceState: null, isRemote: true, out ActivityContext context)
            ? context
            : default;

    /// <summary>Writes the current span into an object that has no such annotation. Does nothing where nothing is traced.</summary>
    /// <param name="metadata">The object's.</param>
    /// <param name="annotation">The annotation's key.</param>
    public static void Note(V1ObjectMeta metadata, string annotation)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        // What somebody else wrote is theirs, even where it cannot be read: two writers would undo each other's work for ever.
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            return;
        metadata.Annotations ??= new Dictionary<string, string>();
        metadata.Annotations.TryAdd(annotation, id);
    }
}
