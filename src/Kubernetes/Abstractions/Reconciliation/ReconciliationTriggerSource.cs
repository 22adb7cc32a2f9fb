namespace CheckpointOperator.Kubernetes.Abstractions.Reconciliation;

/// <summary>Who asked for a reconcile.</summary>
public enum ReconciliationTriggerSource
{
    /// <summary>A watch.</summary>
    ApiServer,

    /// <summary>The operator itself.</summary>
    Operator,
}
