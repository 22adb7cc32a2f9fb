namespace CheckpointOperator.Core.Criu;

/// <summary>Is given a piece of a process's memory.</summary>
/// <param name="address">Where it starts in the process.</param>
/// <param name="bytes">The bytes; valid for the call only.</param>
public delegate void MemoryVisitor(ulong address, ReadOnlySpan<byte> bytes);
