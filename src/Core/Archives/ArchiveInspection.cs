namespace CheckpointOperator.Core.Archives;

/// <summary>An archive's summary and the digest of the very bytes that it was read from.</summary>
/// <param name="Summary">What the archive tells about itself.</param>
/// <param name="Digest"><c>sha256:</c> and 64 hexadecimal digits, over the whole file.</param>
public sealed record ArchiveInspection(ArchiveSummary Summary, string Digest);
