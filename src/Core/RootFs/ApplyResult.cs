namespace CheckpointOperator.Core.RootFs;

/// <summary>What applying a diff did.</summary>
/// <param name="Entries">Files, directories, links and whiteouts.</param>
/// <param name="Bytes">Bytes of the files' content.</param>
/// <param name="Whiteouts">Whiteouts among the entries.</param>
public readonly record struct ApplyResult(long Entries, long Bytes, long Whiteouts);
