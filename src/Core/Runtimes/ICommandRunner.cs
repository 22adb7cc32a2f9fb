namespace CheckpointOperator.Core.Runtimes;

/// <summary>Starts a program and waits for it. A node agent in a Pod has one that starts it in the node's namespaces.</summary>
public interface ICommandRunner
{
    /// <summary>The file that <see cref="RunAsync"/> would start now for this path or name; null when there is none.</summary>
    ProgramIdentity? Identify(string program);

    /// <summary>Runs a program to its end. Its end by time limit is a result, not an exception.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program could not be started.</exception>
    Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken = default);
}
