using CheckpointOperator.Kubernetes.Abstractions.Events;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Events;

/// <summary>An Event as the server has it or shall have it: told again, it counts on.</summary>
internal sealed class EventRecord(V1ObjectReference involved, string reason, string message, EventType type, DateTime first)
{
    public V1ObjectReference Involved { get; } = involved;

    public string Reason { get; } = reason;

    public EventType Type { get; } = type;

    public DateTime First { get; } = first;

    public string Message { get; set; } = message;

    public int Count { get; set; }

    public DateTime Last { get; set; } = first;

    /// <summary>The object at the server; null before it was written.</summary>
    public Corev1Event? Written { get; set; }

    public void Update(Corev1Event @event)
    {
        @event.Message = Message;
        @event.Count = Count;
        @event.LastTimestamp = Last;
    }
}
