using CheckpointOperator.Kubernetes.Api;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>A volume of a Pod whose content the kubelet keeps in a folder of its own on the node.</summary>
/// <param name="Name">The volume's name in the Pod.</param>
/// <param name="Kind">emptyDir, configMap, secret, projected or downwardAPI.</param>
/// <param name="Mounts">Where the container mounts it.</param>
public sealed record PodVolume(string Name, string Kind, IReadOnlyList<PodVolumeMount> Mounts)
{
    /// <summary>Kind of a volume that starts empty.</summary>
    public const string EmptyDir = "emptyDir";

    private static readonly Dictionary<string, string> PluginFolders = new(StringComparer.Ordinal)
    {
        [EmptyDir] = "kubernetes.io~empty-dir",
        ["configMap"] = "kubernetes.io~configmap",
        ["secret"] = "kubernetes.io~secret",
        ["projected"] = "kubernetes.io~projected",
        ["downwardAPI"] = "kubernetes.io~downward-api",
    };

    /// <summary>Whether the Pod itself writes its content, as opposed to the kubelet.</summary>
    public bool IsEmptyDir => Kind == EmptyDir;

    /// <summary>Whether the kubelet writes what is no secret: open files of it go on with the content that they had.</summary>
    public bool IsOpenlyWritten => Kind is "configMap" or "downwardAPI";

    /// <summary>The volume's folder on the node.</summary>
    /// <param name="kubeletRoot">The kubelet's folder.</param>
    /// <param name="podUid">The Pod's UID.</param>
    public string FolderOn(string kubeletRoot, string podUid) => $"{kubeletRoot}/pods/{podUid}/volumes/{PluginFolders[Kind]}/{Name}";

    /// <summary>The volumes of these kinds that a container of a Pod mounts.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="container">The container's name.</param>
    public static IReadOnlyList<PodVolume> Of(V1Pod pod, string container)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ILookup<string, PodVolumeMount> mounts = pod.Spec.LastingContainers()
            .Where(candidate => candidate.Name == container)
            .SelectMany(candidate => candidate.VolumeMounts ?? [])
            .ToLookup(mount => mount.Name, mount => new PodVolumeMount(mount.MountPath, string.IsNullOrEmpty(mount.SubPath) ? null : mount.SubPath), StringComparer.Ordinal);
        return [.. (pod.Spec.Volumes ?? [])
            .Where(volume => mounts.Contains(volume.Name) && KindOf(volume) is not null)
            .Select(volume => new PodVolume(volume.Name, KindOf(volume)!, [.. mounts[volume.Name]]))];
    }

    private static string? KindOf(V1Volume volume) => volume switch
    {
        { EmptyDir: not null } => EmptyDir,
        { ConfigMap: not null } => "configMap",
        { Secret: not null } => "secret",
        { Projected: not null } => "projected",
        { DownwardAPI: not null } => "downwardAPI",
        _ => null,
    };
}
