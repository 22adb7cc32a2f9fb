namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>Makes the node's container engine know the restore runtime as the handler <c>checkpoint-restore</c>, and undoes it.</summary>
public interface IRuntimeHandlerInstaller
{
    /// <summary>Installs what is not yet installed.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RuntimeHandlerException">It cannot be installed; what the engine had is in place again.</exception>
    Task InstallAsync(CancellationToken cancellationToken);

    /// <summary>Removes all that <see cref="InstallAsync"/> put in place.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RuntimeHandlerException">It cannot be removed.</exception>
    Task UninstallAsync(CancellationToken cancellationToken);
}
