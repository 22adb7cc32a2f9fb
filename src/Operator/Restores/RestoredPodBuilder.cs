using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Json;
using k8s.Models;

namespace CheckpointOperator.Operator.Restores;

/// <summary>Makes the Pod that containers are restored into: the checkpointed Pod, what the restore's template sets over it, and the marks of a restore.</summary>
internal static class RestoredPodBuilder
{
    /// <summary>The Pod's name: the one that is asked for, or the restore's own.</summary>
    public static string NameFor(V1Alpha1ContainerRestore restore) =>
        string.IsNullOrEmpty(restore.Spec.PodName) ? restore.Metadata.Name : restore.Spec.PodName;

    /// <summary>Builds the Pod from checkpoints whose Pods have equal specs. <see cref="RestorePreflight"/> must have found nothing in the way.</summary>
    public static V1Pod Build(V1Alpha1ContainerRestore restore, IReadOnlyList<V1Alpha1ContainerCheckpoint> checkpoints, string nodeName)
    {
        V1PodTemplateSpec recorded = checkpoints[0].Status.PodTemplate
            ?? throw new InvalidOperationException($"ContainerCheckpoint {checkpoints[0].Metadata.Name} is Ready but holds no Pod template.");
        V1PodTemplateSpec template = KubernetesSerializer.Clone(recorded);
        V1PodSpec spec = template.Spec;
        Dictionary<string, string> annotations = Merge(template.Metadata?.Annotations, restore.Spec.Template?.Metadata?.Annotations);

        Override(spec, restore.Spec.Template?.Spec);
        foreach (CheckpointedContainer restored in checkpoints.Select(checkpoint => checkpoint.Status.Container!))
        {
            FixImage(spec.LastingContainers().Single(container => container.Name == restored.Name), restored);
            annotations[ApiGroup.RestoreAnnotationPrefix + restored.Name] = restore.Metadata.Name;
        }

        spec.RuntimeClassName = ApiGroup.RestoreHandler;
        spec.Affinity = NodePin.Add(spec.Affinity, nodeName);
        return new V1Pod
        {
            ApiVersion = V1Pod.KubeApiVersion,
            Kind = V1Pod.KubeKind,
            Metadata = new V1ObjectMeta
            {
                Name = NameFor(restore),
                NamespaceProperty = restore.Metadata.NamespaceProperty,
                Labels = Merge(template.Metadata?.Labels, restore.Spec.Template?.Metadata?.Labels),
                Annotations = annotations,
                OwnerReferences = [OwnerReferenceTo(restore)],
            },
            Spec = spec,
        };
    }

    /// <summary>Whether a Pod was made for this very restore.</summary>
    public static bool IsOwnedBy(this V1Pod pod, V1Alpha1ContainerRestore restore) =>
        pod.Metadata.OwnerReferences?.Any(owner => owner.Controller == true && owner.Uid == restore.Metadata.Uid) ?? false;

    private static V1OwnerReference OwnerReferenceTo(V1Alpha1ContainerRestore restore) => new()
    {
        ApiVersion = $"{ApiGroup.Name}/{ApiGroup.V1Alpha1}",
        Kind = V1Alpha1ContainerRestore.KindName,
        Name = restore.Metadata.Name,
        Uid = restore.Metadata.Uid,
        Controller = true,
        BlockOwnerDeletion = true,
    };

    private static void Override(V1PodSpec spec, RestoreTemplateSpec? template)
    {
        if (template is null)
            return;

        spec.NodeSelector = template.NodeSelector ?? spec.NodeSelector;
        spec.Tolerations = template.Tolerations ?? spec.Tolerations;
        spec.Affinity = template.Affinity ?? spec.Affinity;
        spec.PriorityClassName = template.PriorityClassName ?? spec.PriorityClassName;
        spec.SchedulerName = template.SchedulerName ?? spec.SchedulerName;
        spec.TerminationGracePeriodSeconds = template.TerminationGracePeriodSeconds ?? spec.TerminationGracePeriodSeconds;
        foreach (RestoreTemplateContainer container in template.Containers ?? [])
        {
            if (container.Resources is not null)
                spec.Containers.Single(other => other.Name == container.Name).Resources = container.Resources;
        }

        if (template.Volumes is not null)
            spec.Volumes = [.. (spec.Volumes ?? []).Select(volume => template.Volumes.FirstOrDefault(other => other.Name == volume.Name) ?? volume)];
    }

    /// <summary>
    /// A tag may name another image by now, a digest cannot. Where the node knows the image only by its local id, which no Pod can name,
    /// the reference stays and is not pulled anew; the agent compares the image before it restores.
    /// </summary>
    private static void FixImage(V1Container container, CheckpointedContainer checkpointed)
    {
        const string DockerScheme = "docker-pullable://";
        string? digest = checkpointed.ImageDigest;
        if (digest is not null && digest.StartsWith(DockerScheme, StringComparison.Ordinal))
            digest = digest[DockerScheme.Length..];
        if (digest is not null && digest.Contains("@sha256:", StringComparison.Ordinal))
            container.Image = digest;
        container.ImagePullPolicy = "IfNotPresent";
    }

    private static Dictionary<string, string> Merge(IDictionary<string, string>? under, IDictionary<string, string>? over)
    {
        var merged = new Dictionary<string, string>(under ?? new Dictionary<string, string>());
        foreach ((string key, string value) in over ?? new Dictionary<string, string>())
            merged[key] = value;
        return merged;
    }
}
