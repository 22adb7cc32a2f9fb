namespace CheckpointOperator.Kubernetes.Controllers;

/// <summary>A secondary watch of whatever kinds.</summary>
internal interface ISecondaryWatch
{
    /// <summary>Asks the other kind's cache to tell its changes; before the informers start.</summary>
    void Subscribe();
}
