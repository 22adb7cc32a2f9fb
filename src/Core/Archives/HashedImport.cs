namespace CheckpointOperator.Core.Archives;

/// <summary>What an import wrote, and the archive's digest.</summary>
/// <param name="Entries">Files, directories and links.</param>
/// <param name="Bytes">Bytes of the files' content.</param>
/// <param name="Digest">The archive's SHA-256, <c>sha256:</c> and 64 hexadecimal digits.</param>
public sealed record HashedImport(long Entries, long Bytes, string Digest);
