using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Json;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Operator.Checkpoints;

/// <summary>Turns a live Pod into the template of one like it: what its author wrote stays, what the cluster added goes.</summary>
internal static class PodTemplateRecorder
{
    private const string ServiceAccountMountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static readonly string[] AddedTolerations = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    // Facts of the one Pod (its applied manifest, its network, its being static or a restored one), wrong for any other.
    private static readonly string[] AnnotationsOfOnePod =
    [
        "kubectl.kubernetes.io/last-applied-configuration",
        "kubernetes.io/config.",
        "k8s.v1.cni.cncf.io/network-status",
        "cni.projectcalico.org/",
        ApiGroup.RestoreAnnotationPrefix,
    ];

    /// <summary>Records a Pod. The Pod that is given stays as it is.</summary>
    public static V1PodTemplateSpec Record(V1Pod pod)
    {
        V1PodSpec spec = KubernetesSerializer.Clone(pod.Spec);
        spec.NodeName = null;
        spec.Priority = null;
        spec.PreemptionPolicy = null;
        // The RuntimeClass admission plugin sets the overhead, and refuses any other.
        spec.Overhead = null;
        // It adds the node selector of a restored Pod's RuntimeClass, too.
        spec.NodeSelector?.Remove(ApiGroup.RestoreLabelKey);
        spec.EphemeralContainers = null;
        spec.RuntimeClassName = spec.RuntimeClassName == ApiGroup.RestoreHandler ? null : spec.RuntimeClassName;
        spec.Affinity = NodePin.Remove(spec.Affinity);
        spec.Tolerations = NullIfEmpty(spec.Tolerations?.Where(toleration => !IsAddedByAdmission(toleration)));
        RemoveServiceAccountToken(spec);

        return new V1PodTemplateSpec
        {
            Metadata = new V1ObjectMeta
            {
                Labels = pod.Metadata.Labels?.ToDictionary(),
                Annotations = pod.Metadata.Annotations?
                    .Where(annotation => !AnnotationsOfOnePod.Any(prefix => annotation.Key.StartsWith(prefix, StringComparison.Ordinal)))
                    .ToDictionary(),
            },
            Spec = spec,
        };
    }

    private static bool IsAddedByAdmission(V1Toleration toleration) =>
        toleration is { Effect: "NoExecute", OperatorProperty: "Exists", TolerationSeconds: 300 } && AddedTolerations.Contains(toleration.Key);

    private static void RemoveServiceAccountToken(V1PodSpec spec)
    {
        HashSet<string> added = [.. (spec.Volumes ?? []).Where(volume => IsServiceAccountToken(volume, spec)).Select(volume => volume.Name)];
        if (added.Count == 0)
            return;

        spec.Volumes = NullIfEmpty(spec.Volumes!.Where(volume => !added.Contains(volume.Name)));
        foreach (V1Container container in (spec.InitContainers ?? []).Concat(spec.Containers))
            container.VolumeMounts = NullIfEmpty(container.VolumeMounts?.Where(mount => !added.Contains(mount.Name)));
    }

    /// <summary>
    /// Two forms: a Secret <c>ACCOUNT-token-abcde</c> before Kubernetes 1.21, a projected volume <c>kube-api-access-abcde</c> since then;
    /// both mounted at the one path and nowhere else, which what an author wrote under such a name need not be.
    /// </summary>
    private static bool IsServiceAccountToken(V1Volume volume, V1PodSpec spec)
    {
        string account = spec.ServiceAccountName ?? "default";
        bool named = volume.Secret is not null
            ? volume.Name.StartsWith($"{account}-token-", StringComparison.Ordinal) && volume.Secret.SecretName == volume.Name
            : volume.Projected is not null && volume.Name.StartsWith("kube-api-access-", StringComparison.Ordinal);
        return named && (spec.InitContainers ?? []).Concat(spec.Containers)
            .SelectMany(container => container.VolumeMounts ?? [])
            .Where(mount => mount.Name == volume.Name)
            .All(mount => mount.MountPath == ServiceAccountMountPath);
    }

    private static List<T>? NullIfEmpty<T>(IEnumerable<T>? items)
    {
        List<T>? list = items?.ToList();
        return list is { Count: > 0 } ? list : null;
    }
}
