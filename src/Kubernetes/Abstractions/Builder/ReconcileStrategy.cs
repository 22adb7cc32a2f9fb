namespace CheckpointOperator.Kubernetes.Abstractions.Builder;

/// <summary>Which changes of an object ask for a reconcile.</summary>
public enum ReconcileStrategy
{
    /// <summary>Of its spec, its finalizers, its labels and annotations, and its deletion; not of its status alone.</summary>
    ByGeneration,

    /// <summary>Every one.</summary>
    ByResourceVersion,
}
