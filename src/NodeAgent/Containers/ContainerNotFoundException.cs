namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>A container that should run here is not found on the node, or not in a form that the agent can work with.</summary>
/// <param name="message">Names the container, what was looked for and what to do.</param>
public sealed class ContainerNotFoundException(string message) : Exception(message);
