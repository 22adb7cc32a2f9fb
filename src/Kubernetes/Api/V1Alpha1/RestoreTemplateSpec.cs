using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What may differ in a restored Pod's spec.</summary>
public sealed class RestoreTemplateSpec
{
    /// <summary>Replaces the node selector.</summary>
    public IDictionary<string, string>? NodeSelector { get; set; }

    /// <summary>Replaces the tolerations.</summary>
    public IList<V1Toleration>? Tolerations { get; set; }

    /// <summary>Replaces the affinity.</summary>
    public V1Affinity? Affinity { get; set; }

    /// <summary>Replaces the priority class.</summary>
    public string? PriorityClassName { get; set; }

    /// <summary>Replaces the scheduler.</summary>
    public string? SchedulerName { get; set; }

    /// <summary>Replaces the grace period, in seconds.</summary>
    public long? TerminationGracePeriodSeconds { get; set; }

    /// <summary>Resources by container name.</summary>
    public IList<RestoreTemplateContainer>? Containers { get; set; }

    /// <summary>Sources of volumes that the checkpointed Pod has, by name.</summary>
    public IList<V1Volume>? Volumes { get; set; }
}
