namespace CheckpointOperator.Kubernetes.Health;

/// <summary>A part of the process that can be ill. All of them together answer /readyz and /healthz.</summary>
public interface IHealthCheck
{
    /// <summary>The part's name.</summary>
    string Name { get; }

    /// <summary>Why it cannot do its work yet; null when it can.</summary>
    string? WhyNotReady();

    /// <summary>Why only a new start can help; null when none is needed.</summary>
    string? WhyNotLive();
}
