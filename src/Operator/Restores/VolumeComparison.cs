using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Operator.Restores;

/// <summary>Compares the volumes that a checkpointed container mounted with those of the Pod that it would be restored into.</summary>
internal static class VolumeComparison
{
    /// <summary>What the processes would miss, or null.</summary>
    /// <param name="checkpointed">The Pod as it was.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="template">What the restore sets over it.</param>
    public static Obstacle? Find(V1PodSpec checkpointed, string container, RestoreTemplateSpec? template)
    {
        IEnumerable<V1VolumeMount> mounts = checkpointed.LastingContainers().Single(other => other.Name == container).VolumeMounts ?? [];
        foreach (V1VolumeMount mount in mounts)
        {
            V1Volume? then = Find(checkpointed.Volumes, mount.Name);
            V1Volume? now = Find(template?.Volumes, mount.Name) ?? then;
            if (then is null || now is null)
            {
                return new(RestoreReasons.VolumeMissing, $"Container {container} had volume {mount.Name} at {mount.MountPath}, which the checkpoint's Pod does not describe. "
                    + "Take a new checkpoint, and name it in a new ContainerRestore.", IsFinal: true);
            }

            // What a claim or the host holds is not in the archive: memory and files fit together only where it is the same.
            if (Source(then) is { } source && source != Source(now))
            {
                return new(RestoreReasons.VolumeDiffers, $"Volume {mount.Name} at {mount.MountPath} was {source} at the checkpoint, and spec.template makes it {Source(now) ?? KindOf(now)}: "
                    + "its content is not in the archive. Leave the volume out of spec.template in a new ContainerRestore.", IsFinal: true);
            }

            // Programs have files open in a folder that the kubelet named by time; the agent makes it again only where the kubelet writes the volume again.
            if (IsWrittenByKubelet(then) != IsWrittenByKubelet(now))
            {
                return new(RestoreReasons.VolumeDiffers, $"Volume {mount.Name} at {mount.MountPath} was {KindOf(then)} at the checkpoint, and spec.template makes it {KindOf(now)}: "
                    + "open files would be lost. Name a source of a like kind in a new ContainerRestore.", IsFinal: true);
            }
        }

        return null;
    }

    private static V1Volume? Find(IList<V1Volume>? volumes, string name) => volumes?.FirstOrDefault(volume => volume.Name == name);

    private static bool IsWrittenByKubelet(V1Volume volume) =>
        volume.ConfigMap is not null || volume.Secret is not null || volume.Projected is not null || volume.DownwardAPI is not null;

    private static string? Source(V1Volume volume) => volume switch
    {
        { PersistentVolumeClaim: { } claim } => $"claim {claim.ClaimName}",
        { HostPath: { } folder } => $"folder {folder.Path} of the node",
        _ => null,
    };

    private static string KindOf(V1Volume volume) => volume switch
    {
        { EmptyDir: not null } => "an emptyDir",
        { ConfigMap: not null } => "a ConfigMap",
        { Secret: not null } => "a Secret",
        { Projected: not null } => "a projected volume",
        { DownwardAPI: not null } => "a downwardAPI volume",
        { PersistentVolumeClaim: not null } => "a PersistentVolumeClaim",
        { Ephemeral: not null } => "an ephemeral claim",
        { HostPath: not null } => "a hostPath",
        _ => "of another kind",
    };
}
