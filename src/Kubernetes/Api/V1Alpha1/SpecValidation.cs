using System.Text.RegularExpressions;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The rules of the CustomResourceDefinitions once more, for API servers that drop their CEL rules (before 1.25) and for objects that were
/// made before a rule was. Each answer is a line that names the field, what is wrong and what would be right.</summary>
public static partial class SpecValidation
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;
    private const int MostContainers = 32;
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    /// <summary>What is wrong with a ContainerCheckpoint's spec; empty for nothing.</summary>
    /// <param name="checkpoint">The object.</param>
    public static IReadOnlyList<string> Validate(V1Alpha1ContainerCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ContainerCheckpointSpec spec = checkpoint.Spec;
        List<string> problems = [];
        CheckUnchanged(problems, checkpoint, checkpoint.Status.ObservedGeneration);
        CheckName(problems, "spec.pod", spec.Pod, "a Pod's name");
        if (spec.Container is not null)
            CheckLabel(problems, "spec.container", spec.Container, "a container's name");
        if (CheckDuration(problems, "spec.timeout", spec.Timeout, "2m") is { } timeout && timeout > LongestTimeout)
            problems.Add($"spec.timeout is {spec.Timeout}, which is more than 1h.");
        CheckDuration(problems, "spec.ttl", spec.Ttl, "24h");
        return problems;
    }

    /// <summary>What is wrong with a ContainerRestore's spec; empty for nothing.</summary>
    /// <param name="restore">The object.</param>
    public static IReadOnlyList<string> Validate(V1Alpha1ContainerRestore restore)
    {
        ArgumentNullException.ThrowIfNull(restore);
        ContainerRestoreSpec spec = restore.Spec;
        List<string> problems = [];
        CheckUnchanged(problems, restore, restore.Status.ObservedGeneration);
        CheckCheckpoints(problems, spec);
        if (spec.PodName is not null)
            CheckName(problems, "spec.podName", spec.PodName, "a Pod's name");
        if (spec.Target != RestoreTarget.Pod && (spec.PodName is not null || spec.Template is not null))
            problems.Add($"spec.podName and spec.template belong to target Pod, but spec.target is {spec.Target}; leave them out.");
        if (spec.Template is { } template)
            CheckTemplate(problems, template);
        return problems;
    }

    /// <summary>Whether an object's spec is another one than the controllers began to work on.</summary>
    /// <param name="entity">The object.</param>
    /// <param name="observedGeneration">The generation in its status; null where no work began.</param>
    public static bool WasChanged(IKubernetesObject<V1ObjectMeta> entity, long? observedGeneration)
    {
        ArgumentNullException.ThrowIfNull(entity);
        // The server counts a deletion that waits for finalizers as a new generation too.
        return observedGeneration is not null && entity.Metadata.DeletionTimestamp is null && entity.Metadata.Generation != observedGeneration;
    }

    private static void CheckUnchanged(List<string> problems, IKubernetesObject<V1ObjectMeta> entity, long? observedGeneration)
    {
        if (WasChanged(entity, observedGeneration))
            problems.Add($"spec was changed after the work on it began (generation {entity.Metadata.Generation}, began with {observedGeneration}); it is immutable, make a new {entity.Kind}.");
    }

    private static void CheckCheckpoints(List<string> problems, ContainerRestoreSpec spec)
    {
        if (spec.Containers is null)
        {
            CheckName(problems, "spec.checkpoint", spec.Checkpoint, "a ContainerCheckpoint's name (or set spec.containers)");
            return;
        }

        if (spec.Checkpoint is not null)
            problems.Add("spec.checkpoint and spec.containers are both set; set spec.checkpoint for one container, spec.containers for several.");
        if (spec.Containers.Count is 0 or > MostContainers)
            problems.Add($"spec.containers has {spec.Containers.Count} containers; list 1 to {MostContainers}.");
        CheckDistinct(problems, "spec.containers", spec.Containers.Select(container => container.Name));
        foreach (RestoreContainer container in spec.Containers)
            CheckName(problems, $"spec.containers[{container.Name}].checkpoint", container.Checkpoint, "a ContainerCheckpoint's name");
        foreach (IGrouping<string, RestoreContainer> same in spec.Containers.GroupBy(container => container.Checkpoint).Where(same => same.Count() > 1))
            problems.Add($"spec.containers names the checkpoint {same.Key} {same.Count()} times; a checkpoint is of one container.");
    }

    private static void CheckTemplate(List<string> problems, RestoreTemplate template)
    {
        foreach (string key in template.Metadata?.Annotations?.Keys.Where(key => key.StartsWith(ApiGroup.RestoreAnnotationPrefix, StringComparison.Ordinal)) ?? [])
            problems.Add($"spec.template.metadata.annotations has {key}; annotations that begin with {ApiGroup.RestoreAnnotationPrefix} are set by the operator, leave it out.");
        CheckDistinct(problems, "spec.template.spec.containers", template.Spec?.Containers?.Select(container => container.Name));
        CheckDistinct(problems, "spec.template.spec.volumes", template.Spec?.Volumes?.Select(volume => volume.Name));
        if (template.Spec?.TerminationGracePeriodSeconds < 0)
            problems.Add($"spec.template.spec.terminationGracePeriodSeconds is {template.Spec.TerminationGracePeriodSeconds}; it cannot be less than 0.");
    }

    private static void CheckDistinct(List<string> problems, string field, IEnumerable<string?>? names)
    {
        foreach (IGrouping<string?, string?> name in (names ?? []).GroupBy(name => name))
        {
            CheckLabel(problems, $"{field}.name", name.Key, "a name of the checkpointed Pod");
            if (name.Count() > 1)
                problems.Add($"{field} names {name.Key} {name.Count()} times; once is enough.");
        }
    }

    private static void CheckName(List<string> problems, string field, string? value, string what)
    {
        if (string.IsNullOrEmpty(value))
            problems.Add($"{field} is empty; it has to be {what}.");
        else if (value.Length > LongestName || !Subdomain().IsMatch(value))
            problems.Add($"{field} is \"{value}\", which cannot be {what}: lower case letters, digits, '-' and '.', at most {LongestName} characters.");
    }

    private static void CheckLabel(List<string> problems, string field, string? value, string what)
    {
        if (string.IsNullOrEmpty(value))
            problems.Add($"{field} is empty; it has to be {what}.");
        else if (value.Length > LongestLabel || !Label().IsMatch(value))
            problems.Add($"{field} is \"{value}\", which cannot be {what}: lower case letters, digits and '-', at most {LongestLabel} characters.");
    }

    private static TimeSpan? CheckDuration(List<string> problems, string field, string? value, string example)
    {
        if (value is null)
            return null;
        if (GoDuration.TryParse(value, out TimeSpan duration) && duration > TimeSpan.Zero)
            return duration;
        problems.Add($"{field} is \"{value}\"; it has to be a duration above zero, such as {example}.");
        return null;
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Label();
}
