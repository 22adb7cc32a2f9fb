namespace CheckpointOperator.Kubernetes.Abstractions.Builder;

/// <summary>How an operator runs.</summary>
public sealed record OperatorSettings
{
    /// <summary>Names the lease, the Events' source and the metrics. Defaults to kubernetesoperator.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace that is watched. Defaults to null: all.</summary>
    public string? Namespace { get; init; }

    /// <summary>The namespace that the lease is in. Defaults to the environment's POD_NAMESPACE, else the service account's, else default.</summary>
    public required string LeaseNamespace { get; init; }

    /// <summary>What this process is called in the lease and in Events. Defaults to the machine's name, which is the Pod's.</summary>
    public required string Identity { get; init; }

    /// <summary>How many processes reconcile at once. Defaults to None.</summary>
    public LeaderElectionType LeaderElectionType { get; init; }

    /// <summary>How long others wait for a leader that is silent. Defaults to 15 s.</summary>
    public TimeSpan LeaderElectionLeaseDuration { get; init; }

    /// <summary>How long a leader tries to renew before it gives up. Defaults to 10 s.</summary>
    public TimeSpan LeaderElectionRenewDeadline { get; init; }

    /// <summary>How often the lease is looked at. Defaults to 2 s.</summary>
    public TimeSpan LeaderElectionRetryPeriod { get; init; }

    /// <summary>Which changes ask for a reconcile. Defaults to ByGeneration.</summary>
    public ReconcileStrategy ReconcileStrategy { get; init; }

    /// <summary>How many objects of a kind are reconciled at once. Defaults to twice the number of processors.</summary>
    public int MaxParallelReconciliations { get; init; }

    /// <summary>From which failure in a row on an object is logged as an error; it is retried for ever. Defaults to 5.</summary>
    public int MaxErrorRetries { get; init; }

    /// <summary>The longest time between two tries. Defaults to 5 minutes.</summary>
    public TimeSpan MaxErrorBackoff { get; init; }

    /// <summary>Whether registered finalizers are put on each object before it is reconciled. Defaults to true.</summary>
    public bool AutoAttachFinalizers { get; init; }

    /// <summary>How long the first lists may take before the process gives up. Defaults to 2 minutes.</summary>
    public TimeSpan CacheSyncTimeout { get; init; }

    /// <summary>How often every cached object is reconciled without an event. Defaults to 10 hours.</summary>
    public TimeSpan ResyncPeriod { get; init; }

    /// <summary>The shortest time after which the server is asked to end a watch; the longest is twice that. A watch that is open a tenth of this longer
    /// hangs on a dead connection, and /healthz fails after four times of it without a word from the server. Defaults to 5 minutes.</summary>
    public TimeSpan WatchTimeout { get; init; }

    /// <summary>Port of /healthz and /readyz. Defaults to null: none.</summary>
    public int? HealthPort { get; init; }

    /// <summary>Annotation of objects that names the trace that they belong to (a W3C traceparent). Defaults to null: none.</summary>
    public string? TraceAnnotation { get; init; }
}
