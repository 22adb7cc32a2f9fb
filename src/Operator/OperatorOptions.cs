namespace CheckpointOperator.Operator;

/// <summary>Settings, from the environment (<c>CHECKPOINT_OPERATOR_NAME</c>) or the command line (<c>--Name=value</c>).</summary>
internal sealed class OperatorOptions
{
    /// <summary>What the settings' environment variables begin with.</summary>
    public const string EnvironmentPrefix = "CHECKPOINT_OPERATOR_";

    /// <summary>The one namespace to work in. Defaults to all.</summary>
    public string? Namespace { get; set; }

    /// <summary>Whether several copies agree on one that works. Defaults to true.</summary>
    public bool LeaderElection { get; set; } = true;

    /// <summary>Namespace of the lease. Defaults to the Pod's own.</summary>
    public string? LeaseNamespace { get; set; }

    /// <summary>How this copy is called in the lease. Defaults to the machine's name, which is the Pod's.</summary>
    public string? Identity { get; set; }

    /// <summary>How long a leader that is silent stays the leader; it gives up itself after two thirds of it. Defaults to 15 seconds.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Port of /healthz and /readyz. Defaults to 8081.</summary>
    public int HealthPort { get; set; } = 8081;

    /// <summary>Port of /metrics. Defaults to null: none.</summary>
    public int? MetricsPort { get; set; }

    /// <summary>The shortest time for which a watch is kept open; the longest is twice that. Defaults to 5 minutes.</summary>
    public TimeSpan WatchTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after a checkpoint's timeout its agent may still report, which it needs to thaw and clean up. Defaults to 1 minute.</summary>
    public TimeSpan AgentGrace { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often an object that waits is looked at without an event. Defaults to 1 minute.</summary>
    public TimeSpan RecheckPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Where metrics, traces and logs go by OTLP. Defaults to what the variables OTEL_EXPORTER_OTLP_… say, and to nowhere without them.</summary>
    public Uri? OtlpEndpoint { get; set; }
}
