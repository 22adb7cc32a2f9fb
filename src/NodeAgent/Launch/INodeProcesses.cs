namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>Runs programs of the node, in the node's namespaces.</summary>
public interface INodeProcesses
{
    /// <summary>Runs one and waits for its end.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="cancellationToken">Ends the wait and, with it, the program.</param>
    /// <exception cref="TimeoutException">It did not end within its time limit and was killed.</exception>
    Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken);

    /// <summary>Waits for every process of the node whose arguments name this text, such as one that an earlier agent started.</summary>
    /// <param name="argument">A text that only those processes have among their arguments, such as a work folder's path.</param>
    /// <param name="timeLimit">After this time they are killed.</param>
    /// <param name="cancellationToken">Ends the wait; the processes go on.</param>
    /// <returns>How many there were.</returns>
    Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken);
}
