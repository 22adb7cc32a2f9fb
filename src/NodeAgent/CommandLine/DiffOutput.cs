namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What <c>rootfs diff</c> wrote.</summary>
internal sealed record DiffOutput(IReadOnlyList<string> Files, long Changed, long Bytes, IReadOnlyList<string> Deleted);
