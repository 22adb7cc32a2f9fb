using System.Text.Json.Nodes;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>One thing of one of two archives that are compared.</summary>
/// <param name="Text">It, for people; control characters are escaped.</param>
/// <param name="Json">It, for programs. Two that have the same JSON are the same.</param>
internal sealed record DifferenceSide(string Text, JsonNode Json);
