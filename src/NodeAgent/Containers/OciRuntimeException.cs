namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>The OCI runtime refused a command.</summary>
/// <param name="message">Names the command and holds the runtime's own words.</param>
public sealed class OciRuntimeException(string message) : Exception(message);
