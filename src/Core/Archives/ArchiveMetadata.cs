namespace CheckpointOperator.Core.Archives;

/// <summary>
/// Whose checkpoint an archive is. All of it was written by whoever wrote the archive: show it, compare it, but derive no right from it.
/// </summary>
public record ArchiveMetadata
{
    internal static readonly IReadOnlyDictionary<string, string> NoAnnotations = new Dictionary<string, string>();

    /// <summary>The engine that wrote the archive, or in whose layout it is written.</summary>
    public required ArchiveEngine Engine { get; init; }

    /// <summary>How the archive is compressed.</summary>
    public required ArchiveCompression Compression { get; init; }

    /// <summary>The Pod's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The Pod's name.</summary>
    public string? Pod { get; init; }

    /// <summary>The Pod's UID.</summary>
    public string? PodUid { get; init; }

    /// <summary>The container's name in its Pod; podman's name where there is no Pod.</summary>
    public string? Container { get; init; }

    /// <summary>The container's id in its engine.</summary>
    public string? ContainerId { get; init; }

    /// <summary>The image as the user named it.</summary>
    public string? Image { get; init; }

    /// <summary>The image's id or digest.</summary>
    public string? ImageId { get; init; }

    /// <summary>The OCI runtime that config.dump names.</summary>
    public string? Runtime { get; init; }

    /// <summary>When the container was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was checkpointed.</summary>
    public DateTimeOffset? CheckpointedAt { get; init; }

    /// <summary>When it had been restored before, if it was.</summary>
    public DateTimeOffset? RestoredAt { get; init; }

    /// <summary>
    /// Annotations of the OCI image that speak of the checkpoint (<c>org.criu.checkpoint.*</c>, and podman's and CRI-O's own); empty for an archive that is no image.
    /// </summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = NoAnnotations;
}
