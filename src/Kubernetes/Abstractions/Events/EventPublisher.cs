using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Events;

/// <summary>Writes an Event on an object, as <c>kubectl describe</c> shows it. Never waits for the API server, never fails a reconcile.</summary>
/// <param name="entity">The object.</param>
/// <param name="reason">A CamelCase word.</param>
/// <param name="message">One line for people.</param>
/// <param name="type">How it is shown.</param>
/// <param name="cancellationToken">Not used: publishing never waits.</param>
public delegate Task EventPublisher(
    IKubernetesObject<V1ObjectMeta> entity,
    string reason,
    string message,
    EventType type = EventType.Normal,
    CancellationToken cancellationToken = default);
