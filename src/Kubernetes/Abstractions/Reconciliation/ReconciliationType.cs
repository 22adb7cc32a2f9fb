namespace CheckpointOperator.Kubernetes.Abstractions.Reconciliation;

/// <summary>What happened to an object.</summary>
public enum ReconciliationType
{
    /// <summary>It is new, to the server or to this process.</summary>
    Added,

    /// <summary>It changed, or its time has come.</summary>
    Modified,

    /// <summary>It is gone.</summary>
    Deleted,
}
