namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Takes checkpoints.</summary>
public interface ICheckpointEngine
{
    /// <summary>Takes one, so that the store holds its archive. Asked again for the same UID it starts afresh, unless the archive is there.</summary>
    /// <param name="request">What to checkpoint.</param>
    /// <param name="cancellationToken">Set when the agent ends.</param>
    /// <exception cref="CheckpointFailedException">It was not taken.</exception>
    Task<CheckpointOutcome> TakeAsync(CheckpointRequest request, CancellationToken cancellationToken);
}
