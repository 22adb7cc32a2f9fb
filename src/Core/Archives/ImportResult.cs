namespace CheckpointOperator.Core.Archives;

/// <summary>What an import wrote.</summary>
/// <param name="Entries">Files, directories and links.</param>
/// <param name="Bytes">Bytes of the files' content.</param>
public readonly record struct ImportResult(long Entries, long Bytes);
