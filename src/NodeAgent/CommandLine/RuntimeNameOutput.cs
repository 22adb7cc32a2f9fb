namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What <c>archive runtime</c> found.</summary>
internal sealed record RuntimeNameOutput(string Runtime);
