namespace CheckpointOperator.Core.RootFs;

/// <summary>What a diff holds.</summary>
/// <param name="Changed">Number of entries written to the archive, the root's own not counted.</param>
/// <param name="Bytes">Bytes of the files' content.</param>
/// <param name="Deleted">Absolute paths that were deleted, for deleted.files.</param>
public sealed record DiffResult(long Changed, long Bytes, IReadOnlyList<string> Deleted);
