using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.LeaderElection;

namespace CheckpointOperator.Kubernetes.Health;

/// <summary>Not alive when the lease was lost and the process, which should end then, is still there after another one may have taken over.
/// A follower is ready: it has complete caches and waits.</summary>
internal sealed class LeadershipHealth(LeaderElectionService leadership, OperatorSettings settings) : IHealthCheck
{
    public string Name => "leader election";

    public string? WhyNotReady() => null;

    public string? WhyNotLive() => leadership.SinceLoss is { } since && since > settings.LeaderElectionLeaseDuration
        ? $"the lease was lost {since.TotalSeconds:F0} s ago, and the process has not ended"
        : null;
}
