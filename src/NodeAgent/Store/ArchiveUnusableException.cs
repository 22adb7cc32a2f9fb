using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Store;

/// <summary>An archive of the store is gone or is not what was stored.</summary>
/// <param name="reason">ArchiveMissing or DigestMismatch.</param>
/// <param name="message">Names the archive, what was expected and what to do.</param>
public sealed class ArchiveUnusableException(string reason, string message) : Exception(message)
{
    /// <summary>It does not exist.</summary>
    public const string Missing = RestoreReasons.ArchiveMissing;

    /// <summary>Its bytes are others than those that were stored.</summary>
    public const string DigestMismatch = RestoreReasons.DigestMismatch;

    /// <summary>ArchiveMissing or DigestMismatch.</summary>
    public string Reason => reason;
}
