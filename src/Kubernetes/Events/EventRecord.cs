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

    /// <summary>Of the object at the server what a further patch takes; null before it was written. Thousands are remembered.</summary>
    public Corev1Event? Written { get; private set; }

    public void Keep(Corev1Event answer) => Written = new Corev1Event
    {
        Metadata = new V1ObjectMeta
        {
            Name = answer.Metadata.Name,
            NamespaceProperty = answer.Metadata.NamespaceProperty,
            Uid = answer.Metadata.Uid,
            ResourceVersion = answer.Metadata.ResourceVersion,
        },
        Message = Message,
        Count = Count,
        LastTimestamp = Last,
    };

    public void Update(Corev1Event @event)
    {
        @event.Message = Message;
        @event.Count = Count;
        @event.LastTimestamp = Last;
    }
}
