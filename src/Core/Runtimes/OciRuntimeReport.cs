namespace CheckpointOperator.Core.Runtimes;

/// <summary>What an OCI runtime can do.</summary>
public sealed record OciRuntimeReport
{
    /// <summary>The runtime's name: runc, crun.</summary>
    public required string Name { get; init; }

    /// <summary>The program that was asked.</summary>
    public required string Path { get; init; }

    /// <summary>Its version; null when it does not tell.</summary>
    public string? Version { get; init; }

    /// <summary>Whether it can checkpoint and restore: it has the commands, and its features do not say otherwise.</summary>
    public bool Checkpoint { get; init; }

    /// <summary>Whether it can restore into a Pod, with another mount label than at the checkpoint (<c>--lsm-mount-context</c>).</summary>
    public bool PodRestore { get; init; }

    /// <summary>What its command <c>features</c> tells; null when it has none.</summary>
    public OciRuntimeFeatures? Features { get; init; }

    /// <summary>Why it was not asked to the end, such as a command that did not end within its time; null when it was.</summary>
    public string? Problem { get; init; }
}
