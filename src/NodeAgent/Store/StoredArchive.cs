using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;

namespace CheckpointOperator.NodeAgent.Store;

/// <summary>An archive that lies in the store under its final name, so is whole.</summary>
/// <param name="Path">Its path on the node.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Digest"><c>sha256:</c> and 64 hexadecimal digits.</param>
/// <param name="Summary">What it tells about itself.</param>
/// <param name="Processes">Its processes, each after its parent; null where CRIU's images could not be read.</param>
public sealed record StoredArchive(string Path, long SizeBytes, string Digest, ArchiveSummary Summary, IReadOnlyList<CheckpointProcess>? Processes = null);
