namespace CheckpointOperator.Kubernetes.Abstractions.Builder;

/// <summary>How many processes of an operator reconcile at once.</summary>
public enum LeaderElectionType
{
    /// <summary>Each of them.</summary>
    None,

    /// <summary>The one that holds the lease.</summary>
    Single,
}
