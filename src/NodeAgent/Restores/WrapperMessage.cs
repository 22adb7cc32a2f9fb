namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>A line that the restore runtime sends.</summary>
internal sealed record WrapperMessage
{
    /// <summary>The version of the conversation that this agent speaks.</summary>
    public const int SupportedVersion = 1;

    public int Version { get; init; }

    /// <summary>create or restored.</summary>
    public string Operation { get; init; } = string.Empty;

    /// <summary>The container's id.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>Path of its bundle (create).</summary>
    public string? Bundle { get; init; }

    /// <summary>The real runtime's state folder (create).</summary>
    public string? Root { get; init; }

    /// <summary>The real runtime (create).</summary>
    public string? Runtime { get; init; }

    /// <summary>How the runtime's restore ended (restored).</summary>
    public int ExitCode { get; init; }

    /// <summary>Its last error line (restored).</summary>
    public string? Error { get; init; }

    /// <summary>When the restore runtime began, in microseconds of the Unix epoch (restored); null of an earlier version.</summary>
    public long? Began { get; init; }

    /// <summary>When it started the real runtime (restored).</summary>
    public long? RuntimeBegan { get; init; }

    /// <summary>When that ended (restored).</summary>
    public long? RuntimeEnded { get; init; }
}
