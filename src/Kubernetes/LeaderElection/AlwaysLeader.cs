namespace CheckpointOperator.Kubernetes.LeaderElection;

/// <summary>The leadership where there is no election.</summary>
internal sealed class AlwaysLeader : ILeadership
{
    public bool IsLeader => true;

    public Task<CancellationToken> WaitAsync(CancellationToken cancellationToken) => Task.FromResult(CancellationToken.None);
}
