namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>Why the runtime handler is not installed.</summary>
/// <param name="Message">What failed, and what to do.</param>
/// <param name="IsRolledBack">Whether the container engine has its former configuration again, because it did not come back with the handler.</param>
internal sealed record RuntimeHandlerProblem(string Message, bool IsRolledBack);
