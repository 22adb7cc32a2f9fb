namespace CheckpointOperator.Kubernetes.Controllers;

/// <summary>The workers of a controller of whatever kind.</summary>
internal interface IControllerHost
{
    /// <summary>Asks the caches to tell their changes; before the informers start.</summary>
    void Subscribe();

    /// <summary>Works until it is stopped, and ends what it began.</summary>
    /// <param name="stopping">Takes no more work.</param>
    /// <param name="abandon">Ends the work at hand too.</param>
    Task RunAsync(CancellationToken stopping, CancellationToken abandon);
}
