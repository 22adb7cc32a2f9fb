using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Operator.Hosting;

/// <summary>Which objects to look at again when another one changes. Each is found by an index of those that still wait for something: of the many that have
/// ended none is looked at, however often Pods and nodes change.</summary>
internal static class WaitingObjects
{
    private static readonly EntityIndex<V1Alpha1ContainerCheckpoint> CheckpointsByPod =
        new(checkpoint => IsWaiting(checkpoint) ? [$"{checkpoint.Metadata.NamespaceProperty}/{checkpoint.Spec.Pod}"] : []);

    private static readonly EntityIndex<V1Alpha1ContainerCheckpoint> CheckpointsByNode =
        new(checkpoint => checkpoint.Status.NodeName is { } node && (checkpoint.Status.Phase == CheckpointPhase.Running || checkpoint.Metadata.DeletionTimestamp is not null) ? [node] : []);

    // One that waits for a node names it; one that was not judged yet will be.
    private static readonly EntityIndex<V1Alpha1ContainerCheckpoint> CheckpointsByAwaitedNode =
        new(checkpoint => checkpoint.Status.NodeName is { } node && IsWaiting(checkpoint) ? [node] : []);

    private static readonly EntityIndex<V1Alpha1ContainerRestore> RestoresByPod =
        new(restore => IsOver(restore) ? [] : [$"{restore.Metadata.NamespaceProperty}/{RestoredPodBuilder.NameFor(restore)}"]);

    private static readonly EntityIndex<V1Alpha1ContainerRestore> RestoresByCheckpoint =
        new(restore => IsWaiting(restore) ? restore.Spec.CheckpointNames().Select(name => $"{restore.Metadata.NamespaceProperty}/{name}") : []);

    private static readonly EntityIndex<V1Alpha1ContainerRestore> RestoresByAwaitedNode =
        new(restore => restore.Status.NodeName is { } node && IsWaiting(restore) ? [node] : []);

    private static readonly EntityIndex<V1Alpha1CheckpointNode> CapableNodes =
        new(node => node.Status.Conditions.Find(ConditionTypes.CanRestore)?.Status == Conditions.True ? [node.Metadata.Name] : []);

    /// <summary>Checkpoints that wait for a Pod.</summary>
    public static IEnumerable<NamespacedName> CheckpointsOf(V1Pod pod, IEntityCache<V1Alpha1ContainerCheckpoint> checkpoints) =>
        checkpoints.Keys(CheckpointsByPod, $"{pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}");

    /// <summary>Checkpoints that are taken, or were and are being deleted, on a node.</summary>
    public static IEnumerable<NamespacedName> CheckpointsOn(V1Node node, IEntityCache<V1Alpha1ContainerCheckpoint> checkpoints) =>
        checkpoints.Keys(CheckpointsByNode, node.Metadata.Name);

    /// <summary>Checkpoints that wait for a node's agent.</summary>
    public static IEnumerable<NamespacedName> CheckpointsWaitingForAgent(V1Alpha1CheckpointNode node, IEntityCache<V1Alpha1ContainerCheckpoint> checkpoints) =>
        checkpoints.Keys(CheckpointsByAwaitedNode, node.Metadata.Name);

    /// <summary>What a Node can do, for its label: one that registers anew has none. Not each of the kubelet's heartbeats matters.</summary>
    public static IEnumerable<NamespacedName> AbilitiesOf(V1Node node, IEntityCache<V1Alpha1CheckpointNode> abilities)
    {
        bool labelled = node.Metadata.Labels?.ContainsKey(ApiGroup.RestoreLabelKey) ?? false;
        return labelled != abilities.Keys(CapableNodes, node.Metadata.Name).Count > 0 ? [new NamespacedName(null, node.Metadata.Name)] : [];
    }

    /// <summary>Restores into a Pod, or into one of its name.</summary>
    public static IEnumerable<NamespacedName> RestoresInto(V1Pod pod, IEntityCache<V1Alpha1ContainerRestore> restores) =>
        restores.Keys(RestoresByPod, $"{pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}");

    /// <summary>Restores of a checkpoint that have not begun.</summary>
    public static IEnumerable<NamespacedName> RestoresOf(V1Alpha1ContainerCheckpoint checkpoint, IEntityCache<V1Alpha1ContainerRestore> restores) =>
        restores.Keys(RestoresByCheckpoint, $"{checkpoint.Metadata.NamespaceProperty}/{checkpoint.Metadata.Name}");

    /// <summary>Restores that wait for a node's agent.</summary>
    public static IEnumerable<NamespacedName> RestoresWaitingForAgent(V1Alpha1CheckpointNode node, IEntityCache<V1Alpha1ContainerRestore> restores) =>
        restores.Keys(RestoresByAwaitedNode, node.Metadata.Name);

    private static bool IsWaiting(V1Alpha1ContainerCheckpoint checkpoint) => checkpoint.Status.Phase is null or CheckpointPhase.Pending;

    private static bool IsWaiting(V1Alpha1ContainerRestore restore) => restore.Status.Phase is null or RestorePhase.Pending;

    private static bool IsOver(V1Alpha1ContainerRestore restore) => restore.Status.Phase is RestorePhase.Ready or RestorePhase.Failed;
}
