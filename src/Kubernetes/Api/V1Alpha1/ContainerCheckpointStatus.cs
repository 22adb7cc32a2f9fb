using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What became of a checkpoint.</summary>
public sealed class ContainerCheckpointStatus
{
    /// <summary>The generation of the spec that this status speaks of.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>Where the checkpoint stands.</summary>
    public CheckpointPhase? Phase { get; set; }

    /// <summary>Checkpointed, ArchiveVerified and Ready, each with a reason.</summary>
    public IList<V1Condition>? Conditions { get; set; }

    /// <summary>The node that the container ran on and that holds the archive.</summary>
    public string? NodeName { get; set; }

    /// <summary>UID of the Pod that was checkpointed.</summary>
    public string? PodUID { get; set; }

    /// <summary>The engine that was used.</summary>
    public CheckpointEngine? Engine { get; set; }

    /// <summary>Why that engine: asked for, or chosen because of what.</summary>
    public string? EngineReason { get; set; }

    /// <summary>One line for people: the last thing that happened, and what to do if something is wrong.</summary>
    public string? Message { get; set; }

    /// <summary>The archive.</summary>
    public ArchiveStatus? Archive { get; set; }

    /// <summary>The container, and what it ran on.</summary>
    public CheckpointedContainer? Container { get; set; }

    /// <summary>What is in the archive.</summary>
    public ArchiveContent? Content { get; set; }

    /// <summary>The Pod as it was at the checkpoint, from which a restore makes its Pod.</summary>
    public V1PodTemplateSpec? PodTemplate { get; set; }

    /// <summary>When the work was assigned.</summary>
    public DateTime? StartTime { get; set; }

    /// <summary>When the archive was Ready, or the checkpoint Failed.</summary>
    public DateTime? CompletionTime { get; set; }

    /// <summary>For how many milliseconds the container stood still.</summary>
    public long? FrozenMilliseconds { get; set; }
}
