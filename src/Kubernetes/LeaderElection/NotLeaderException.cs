namespace CheckpointOperator.Kubernetes.LeaderElection;

/// <summary>A write was not sent because this process does not hold the lease. Nothing is to be done: the process ends, and the leader does the work.</summary>
/// <param name="message">Which write.</param>
public sealed class NotLeaderException(string message) : InvalidOperationException(message);
