namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What <c>label</c> made.</summary>
internal sealed record LabelOutput(string Path, string Label);
