using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What became of a restore.</summary>
public sealed class ContainerRestoreStatus
{
    /// <summary>The generation of the spec that this status speaks of.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>Where the restore stands.</summary>
    public RestorePhase? Phase { get; set; }

    /// <summary>Preflight, Restored and Ready, each with a reason.</summary>
    public IList<V1Condition>? Conditions { get; set; }

    /// <summary>The node that holds the archive and runs the Pod.</summary>
    public string? NodeName { get; set; }

    /// <summary>Name of the Pod.</summary>
    public string? PodName { get; set; }

    /// <summary>UID of the Pod: only this Pod may be restored into.</summary>
    public string? PodUID { get; set; }

    /// <summary>The Pod's containers that run as long as it does, native sidecars among them, each with what became of it.</summary>
    public IList<RestoreContainerStatus>? Containers { get; set; }

    /// <summary>How many of the containers to restore are restored, such as 1/2.</summary>
    public string? RestoredContainers { get; set; }

    /// <summary>One line for people: the last thing that happened, and what to do if something is wrong.</summary>
    public string? Message { get; set; }

    /// <summary>The restored process, once it is proven; of several containers the sums and the longest time, without id and pid.</summary>
    public RestoredProcess? Restored { get; set; }

    /// <summary>How often the runtime was asked to restore; of several containers the most.</summary>
    public int? Attempts { get; set; }

    /// <summary>When the Pod was made.</summary>
    public DateTime? StartTime { get; set; }

    /// <summary>When the restore was proven, or Failed.</summary>
    public DateTime? CompletionTime { get; set; }
}
