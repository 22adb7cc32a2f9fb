using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Operator.Restores;

/// <summary>What a restore's template may not set: restoring is no way to more rights than the checkpointed Pod had.</summary>
internal static class RestoreTemplateRules
{
    // Annotations by which a container gets another confinement, or by which a runtime is steered.
    private static readonly string[] ReservedAnnotations =
    [
        ApiGroup.RestoreAnnotationPrefix,
        "container.apparmor.security.beta.kubernetes.io/",
        "container.seccomp.security.alpha.kubernetes.io/",
        "seccomp.security.alpha.kubernetes.io/",
        "kubernetes.io/config.",
        "io.kubernetes.cri",
        "io.kubernetes.cri-o.",
        "io.container.manager",
        "org.criu.",
        "run.oci.",
        "org.systemd.",
    ];

    private const string SystemPriorityPrefix = "system-";

    /// <summary>The first thing that is wrong, as a sentence for people, or null.</summary>
    public static string? FindRefusal(RestoreTemplate? template, V1PodTemplateSpec checkpointed)
    {
        string? annotation = template?.Metadata?.Annotations?.Keys
            .FirstOrDefault(key => ReservedAnnotations.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal)));
        if (annotation is not null)
            return $"spec.template.metadata.annotations may not set {annotation}: it would change how the container is confined or restored. Leave it out.";

        return FindRefusal(template?.Spec, checkpointed.Spec);
    }

    private static string? FindRefusal(RestoreTemplateSpec? spec, V1PodSpec checkpointed)
    {
        if (spec is null)
            return null;

        if (spec.PriorityClassName is { } priority && priority != checkpointed.PriorityClassName
            && priority.StartsWith(SystemPriorityPrefix, StringComparison.Ordinal))
        {
            return $"spec.template.spec.priorityClassName may not be {priority}: system priorities are not given by a restore. Name another class.";
        }

        foreach (RestoreTemplateContainer container in spec.Containers ?? [])
        {
            if (!checkpointed.Containers.Any(other => other.Name == container.Name))
                return $"spec.template.spec.containers names {container.Name}, but the checkpointed Pod's containers are {Names(checkpointed.Containers.Select(other => other.Name))}.";
        }

        foreach (V1Volume volume in spec.Volumes ?? [])
        {
            if (!(checkpointed.Volumes ?? []).Any(other => other.Name == volume.Name))
                return $"spec.template.spec.volumes names {volume.Name}, but the checkpointed Pod's volumes are {Names((checkpointed.Volumes ?? []).Select(other => other.Name))}.";
            if (!HasAllowedSource(volume))
                return $"spec.template.spec.volumes[{volume.Name}] has a source that a restore may not set. Use emptyDir, configMap, secret, downwardAPI, projected (without serviceAccountToken), persistentVolumeClaim or ephemeral.";
        }

        return null;
    }

    private static bool HasAllowedSource(V1Volume volume) =>
        volume.Projected is not null
            ? (volume.Projected.Sources ?? []).All(source => source.ServiceAccountToken is null)
            : volume.EmptyDir is not null || volume.ConfigMap is not null || volume.Secret is not null
                || volume.DownwardAPI is not null || volume.PersistentVolumeClaim is not null || volume.Ephemeral is not null;

    private static string Names(IEnumerable<string> names)
    {
        string joined = string.Join(", ", names);
        return joined.Length > 0 ? joined : "none";
    }
}
