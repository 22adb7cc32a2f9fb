namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>Why the runtime handler cannot be installed or removed, and what to do about it.</summary>
public sealed class RuntimeHandlerException : Exception
{
    /// <summary>Whether the container engine did not come back with what was installed, and has its former configuration again.</summary>
    public bool IsRolledBack { get; init; }

    /// <inheritdoc />
    public RuntimeHandlerException()
    {
    }

    /// <inheritdoc />
    public RuntimeHandlerException(string message)
        : base(message)
    {
    }

    /// <inheritdoc />
    public RuntimeHandlerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
