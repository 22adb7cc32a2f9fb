namespace CheckpointOperator.Core.Runtimes;

/// <summary>What CRIU says of itself and of the kernel.</summary>
public sealed record CriuReport
{
    /// <summary>The program that was asked.</summary>
    public required string Path { get; init; }

    /// <summary>Its version, such as 4.2.1; null when it does not tell.</summary>
    public string? Version { get; init; }

    /// <summary><c>criu check</c>: what every dump and restore needs of the kernel. Null when it did not end within its time.</summary>
    public CriuCheck? Check { get; init; }

    /// <summary><c>criu check --all</c>: what some programs need besides. Null when it did not end within its time, or the check failed already.</summary>
    public CriuCheck? CheckAll { get; init; }
}
