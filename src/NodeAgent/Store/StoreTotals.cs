namespace CheckpointOperator.NodeAgent.Store;

/// <summary>What the store holds.</summary>
/// <param name="Count">Number of archives.</param>
/// <param name="Bytes">Their size.</param>
public readonly record struct StoreTotals(int Count, long Bytes);
