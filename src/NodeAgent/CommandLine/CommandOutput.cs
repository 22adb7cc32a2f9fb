namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>A command's result, for people and for programs.</summary>
/// <param name="Text">Makes the text.</param>
/// <param name="Json">Makes one JSON object.</param>
internal sealed record CommandOutput(Func<string> Text, Func<string> Json);
