namespace CheckpointOperator.Kubernetes.Abstractions.Events;

/// <summary>How an Event is shown.</summary>
public enum EventType
{
    /// <summary>As it should be.</summary>
    Normal,

    /// <summary>Something needs attention.</summary>
    Warning,
}
