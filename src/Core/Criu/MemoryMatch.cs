namespace CheckpointOperator.Core.Criu;

/// <summary>A place in a process's memory where a pattern was found.</summary>
/// <param name="Address">Where the match starts in the process.</param>
/// <param name="Match">The bytes that match.</param>
/// <param name="Before">Bytes before them, as many as were asked for and are there.</param>
/// <param name="After">Bytes behind them, as many as were asked for and are there.</param>
public sealed record MemoryMatch(ulong Address, ReadOnlyMemory<byte> Match, ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After);
