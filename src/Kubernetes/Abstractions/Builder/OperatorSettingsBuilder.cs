namespace CheckpointOperator.Kubernetes.Abstractions.Builder;

/// <summary>Makes <see cref="OperatorSettings"/>. The defaults stand there.</summary>
public sealed class OperatorSettingsBuilder
{
    private const string ServiceAccountNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

    private string _name = "kubernetesoperator";
    private string? _namespace;
    private string? _leaseNamespace;
    private string _identity = Environment.MachineName;
    private LeaderElectionType _leaderElection = LeaderElectionType.None;
    private TimeSpan _leaseDuration = TimeSpan.FromSeconds(15);
    private TimeSpan _renewDeadline = TimeSpan.FromSeconds(10);
    private TimeSpan _retryPeriod = TimeSpan.FromSeconds(2);
    private ReconcileStrategy _strategy = ReconcileStrategy.ByGeneration;
    private int _parallel = 2 * Environment.ProcessorCount;
    private int _errorRetries = 5;
    private TimeSpan _errorBackoff = TimeSpan.FromMinutes(5);
    private bool _autoAttachFinalizers = true;
    private TimeSpan _cacheSyncTimeout = TimeSpan.FromMinutes(2);
    private TimeSpan _resyncPeriod = TimeSpan.FromHours(10);
    private TimeSpan _watchTimeout = TimeSpan.FromMinutes(5);
    private int? _healthPort;
    private string? _traceAnnotation;

    /// <summary>Sets the operator's name.</summary>
    /// <param name="name">A DNS label.</param>
    public OperatorSettingsBuilder WithName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _name = name;
        return this;
    }

    /// <summary>Watches one namespace only.</summary>
    /// <param name="namespace">The namespace; null for all.</param>
    public OperatorSettingsBuilder WithNamespace(string? @namespace)
    {
        _namespace = @namespace;
        return this;
    }

    /// <summary>Sets how many processes reconcile at once.</summary>
    /// <param name="type">How many.</param>
    /// <param name="leaseNamespace">The namespace of the lease; null for this process's own.</param>
    public OperatorSettingsBuilder WithLeaderElection(LeaderElectionType type, string? leaseNamespace = null)
    {
        _leaderElection = type;
        _leaseNamespace = leaseNamespace;
        return this;
    }

    /// <summary>Sets what this process is called in the lease and in Events.</summary>
    /// <param name="identity">A name that no other process has.</param>
    public OperatorSettingsBuilder WithIdentity(string identity)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(identity);
        _identity = identity;
        return this;
    }

    /// <summary>Sets the times of the leader election; each is shorter than the one before.</summary>
    /// <param name="leaseDuration">How long others wait for a silent leader.</param>
    /// <param name="renewDeadline">How long a leader tries to renew.</param>
    /// <param name="retryPeriod">How often the lease is looked at.</param>
    public OperatorSettingsBuilder WithLeaderElectionTimings(TimeSpan leaseDuration, TimeSpan renewDeadline, TimeSpan retryPeriod)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(leaseDuration, renewDeadline);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(renewDeadline, retryPeriod);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(retryPeriod, TimeSpan.Zero);
        _leaseDuration = leaseDuration;
        _renewDeadline = renewDeadline;
        _retryPeriod = retryPeriod;
        return this;
    }

    /// <summary>Sets which changes ask for a reconcile.</summary>
    /// <param name="strategy">Which.</param>
    public OperatorSettingsBuilder WithReconcileStrategy(ReconcileStrategy strategy)
    {
        _strategy = strategy;
        return this;
    }

    /// <summary>Sets how many objects of a kind are reconciled at once, and how failures are retried.</summary>
    /// <param name="maximum">How many at once.</param>
    /// <param name="maxErrorRetries">From which failure in a row on it is logged as an error; null for the default.</param>
    /// <param name="maxErrorBackoff">The longest time between two tries; null for the default.</param>
    public OperatorSettingsBuilder WithParallelReconciliation(int maximum, int? maxErrorRetries = null, TimeSpan? maxErrorBackoff = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        _parallel = maximum;
        _errorRetries = maxErrorRetries ?? _errorRetries;
        _errorBackoff = maxErrorBackoff ?? _errorBackoff;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_errorBackoff, TimeSpan.Zero, nameof(maxErrorBackoff));
        return this;
    }

    /// <summary>Sets whether registered finalizers are put on each object.</summary>
    /// <param name="attach">Whether they are.</param>
    public OperatorSettingsBuilder WithAutoAttachFinalizers(bool attach)
    {
        _autoAttachFinalizers = attach;
        return this;
    }

    /// <summary>Sets how long the first lists may take, and how often everything is reconciled without an event.</summary>
    /// <param name="syncTimeout">For the first lists.</param>
    /// <param name="resyncPeriod">Between two rounds.</param>
    public OperatorSettingsBuilder WithCacheTimings(TimeSpan syncTimeout, TimeSpan resyncPeriod)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(syncTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(resyncPeriod, TimeSpan.Zero);
        _cacheSyncTimeout = syncTimeout;
        _resyncPeriod = resyncPeriod;
        return this;
    }

    /// <summary>Sets how long a watch is kept open.</summary>
    /// <param name="shortest">At least a second; the server is asked for this up to twice this, by chance.</param>
    public OperatorSettingsBuilder WithWatchTimeout(TimeSpan shortest)
    {
        // The server counts whole seconds.
        ArgumentOutOfRangeException.ThrowIfLessThan(shortest, TimeSpan.FromSeconds(1));
        _watchTimeout = shortest;
        return this;
    }

    /// <summary>Serves /healthz and /readyz.</summary>
    /// <param name="port">The port, on all addresses; 0 for a free one; null for no endpoint.</param>
    public OperatorSettingsBuilder WithHealthPort(int? port)
    {
        if (port is { } value)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(port));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 65535, nameof(port));
        }
        _healthPort = port;
        return this;
    }

    /// <summary>Puts the spans of an object's reconciles into the trace that it names.</summary>
    /// <param name="annotation">Key of the annotation that holds a W3C traceparent.</param>
    public OperatorSettingsBuilder WithTraceAnnotation(string annotation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(annotation);
        _traceAnnotation = annotation;
        return this;
    }

    /// <summary>Makes the settings.</summary>
    public OperatorSettings Build() => new()
    {
        Name = _name,
        Namespace = _namespace,
        LeaseNamespace = _leaseNamespace ?? OwnNamespace(),
        Identity = _identity,
        LeaderElectionType = _leaderElection,
        LeaderElectionLeaseDuration = _leaseDuration,
        LeaderElectionRenewDeadline = _renewDeadline,
        LeaderElectionRetryPeriod = _retryPeriod,
        ReconcileStrategy = _strategy,
        MaxParallelReconciliations = _parallel,
        MaxErrorRetries = _errorRetries,
        MaxErrorBackoff = _errorBackoff,
        AutoAttachFinalizers = _autoAttachFinalizers,
        CacheSyncTimeout = _cacheSyncTimeout,
        ResyncPeriod = _resyncPeriod,
        WatchTimeout = _watchTimeout,
        HealthPort = _healthPort,
        TraceAnnotation = _traceAnnotation,
    };

    private static string OwnNamespace()
    {
        if (Environment.GetEnvironmentVariable("POD_NAMESPACE") is { Length: > 0 } fromPod)
            return fromPod;
        return File.Exists(ServiceAccountNamespace) ? File.ReadAllText(ServiceAccountNamespace).Trim() : "default";
    }
}
