using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Operator.Hosting;

/// <summary>Which objects to look at again when another one changes.</summary>
internal static class WaitingObjects
{
    /// <summary>Checkpoints of a Pod.</summary>
    public static IEnumerable<NamespacedName> CheckpointsOf(V1Pod pod, IEntityCache<V1Alpha1ContainerCheckpoint> checkpoints) =>
        checkpoints.Keys(checkpoint => checkpoint.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty && checkpoint.Spec.Pod == pod.Metadata.Name);

    /// <summary>Checkpoints that are taken, or were and are being deleted, on a node.</summary>
    public static IEnumerable<NamespacedName> CheckpointsOn(V1Node node, IEntityCache<V1Alpha1ContainerCheckpoint> checkpoints) =>
        checkpoints.Keys(checkpoint => checkpoint.Status.NodeName == node.Metadata.Name
            && (checkpoint.Status.Phase == CheckpointPhase.Running || checkpoint.Metadata.DeletionTimestamp is not null));

    /// <summary>Checkpoints that have no node yet.</summary>
    public static IEnumerable<NamespacedName> CheckpointsWaitingForAgent(V1Alpha1CheckpointNode node, IEntityCache<V1Alpha1ContainerCheckpoint> checkpoints) =>
        checkpoints.Keys(checkpoint => checkpoint.Status.Phase is null or CheckpointPhase.Pending);

    /// <summary>What a Node can do, for its label: one that registers anew has none. Not each of the kubelet's heartbeats matters.</summary>
    public static IEnumerable<NamespacedName> AbilitiesOf(V1Node node, IEntityCache<V1Alpha1CheckpointNode> abilities) =>
        abilities.Keys(ability => ability.Metadata.Name == node.Metadata.Name
            && (node.Metadata.Labels?.ContainsKey(ApiGroup.RestoreLabelKey) ?? false) != (ability.Status.Conditions.Find("CanRestore")?.Status == Conditions.True));

    /// <summary>Restores into a Pod, or into one of its name.</summary>
    public static IEnumerable<NamespacedName> RestoresInto(V1Pod pod, IEntityCache<V1Alpha1ContainerRestore> restores) =>
        restores.Keys(restore => restore.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty
            && RestoredPodBuilder.NameFor(restore) == pod.Metadata.Name && !IsOver(restore));

    /// <summary>Restores of a checkpoint that have not begun.</summary>
    public static IEnumerable<NamespacedName> RestoresOf(V1Alpha1ContainerCheckpoint checkpoint, IEntityCache<V1Alpha1ContainerRestore> restores) =>
        restores.Keys(restore => restore.Metadata.NamespaceProperty == checkpoint.Metadata.NamespaceProperty
            && restore.Spec.CheckpointNames().Contains(checkpoint.Metadata.Name) && IsWaiting(restore));

    /// <summary>Restores that have not begun.</summary>
    public static IEnumerable<NamespacedName> RestoresWaitingForAgent(V1Alpha1CheckpointNode node, IEntityCache<V1Alpha1ContainerRestore> restores) =>
        restores.Keys(IsWaiting);

    private static bool IsWaiting(V1Alpha1ContainerRestore restore) => restore.Status.Phase is null or RestorePhase.Pending;

    private static bool IsOver(V1Alpha1ContainerRestore restore) => restore.Status.Phase is RestorePhase.Ready or RestorePhase.Failed;
}
