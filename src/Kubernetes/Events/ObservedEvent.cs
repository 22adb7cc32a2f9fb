using CheckpointOperator.Kubernetes.Abstractions.Events;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Events;

/// <summary>Something to tell about an object.</summary>
internal sealed record ObservedEvent(V1ObjectReference Involved, string Reason, string Message, EventType Type, DateTime Time);
