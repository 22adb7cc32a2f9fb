namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>What an engine tells beside the archive itself.</summary>
/// <param name="Runtime">Name of the OCI runtime; null where the engine does not know.</param>
/// <param name="Criu">CRIU's version; null where the engine does not know.</param>
/// <param name="FrozenMilliseconds">For how long the container stood still; null where the engine cannot tell.</param>
public sealed record CheckpointOutcome(string? Runtime, string? Criu, long? FrozenMilliseconds)
{
    /// <summary>The archive's digest (<c>sha256:</c> and 64 hexadecimal digits) where it was taken as the archive was written; else null.</summary>
    public string? Digest { get; init; }

    /// <summary>The emptyDir volumes whose content is in the archive.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>What a restore will not find as it was, each a sentence.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];
}
