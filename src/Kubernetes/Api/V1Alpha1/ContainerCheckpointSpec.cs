namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What to checkpoint, and how. Immutable.</summary>
public sealed class ContainerCheckpointSpec
{
    /// <summary>Name of a Pod in the same namespace.</summary>
    public string Pod { get; set; } = string.Empty;

    /// <summary>Name of the container; may be left out when the Pod has one.</summary>
    public string? Container { get; set; }

    /// <summary>What takes the checkpoint. Defaults to Auto.</summary>
    public CheckpointEngine Engine { get; set; }

    /// <summary>How long the checkpoint may take, as a Go duration such as <c>2m</c>. Defaults to 2m.</summary>
    public string? Timeout { get; set; }

    /// <summary>What becomes of the Pod afterwards. Defaults to KeepRunning.</summary>
    public AfterCheckpoint AfterCheckpoint { get; set; }

    /// <summary>Whose content goes into the archive. Defaults to EmptyDir.</summary>
    public CheckpointVolumes Volumes { get; set; }

    /// <summary>What becomes of the archive when this object goes. Defaults to Delete.</summary>
    public DeletionPolicy DeletionPolicy { get; set; }

    /// <summary>How long after its completion this object is deleted, as a Go duration such as <c>24h</c>. Never when left out.</summary>
    public string? Ttl { get; set; }
}
