namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What <c>label</c> made.</summary>
/// <param name="Path">The file.</param>
/// <param name="Label">Its label; null where SELinux is off and it was left out.</param>
internal sealed record LabelOutput(string Path, string? Label);
