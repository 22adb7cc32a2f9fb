namespace CheckpointOperator.Kubernetes.LeaderElection;

/// <summary>Whether this process is the one that reconciles. A lease is no fence: what must not be done twice has to be made idempotent by itself.</summary>
public interface ILeadership
{
    /// <summary>Whether this process leads now.</summary>
    bool IsLeader { get; }

    /// <summary>Waits until this process leads.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A token that is set when the leadership is lost.</returns>
    Task<CancellationToken> WaitAsync(CancellationToken cancellationToken);
}
