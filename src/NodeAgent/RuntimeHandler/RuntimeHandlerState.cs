namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>What came of the installation of the runtime handler.</summary>
internal sealed class RuntimeHandlerState
{
    /// <summary>Why it failed; null while it has not.</summary>
    public RuntimeHandlerProblem? Problem { get; set; }
}
