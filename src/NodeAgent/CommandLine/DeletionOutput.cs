namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What <c>rootfs delete</c> did.</summary>
internal sealed record DeletionOutput(int Removed);
