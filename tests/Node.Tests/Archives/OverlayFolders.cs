namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>The folders of a container's root file system in the node.</summary>
/// <param name="Upper">What the container changed.</param>
/// <param name="Lower">The image's one layer.</param>
/// <param name="Mounted">Both together; null while the container does not run.</param>
public sealed record OverlayFolders(string Upper, string Lower, string? Mounted)
{
    /// <summary>Both together.</summary>
    public string Merged => Mounted ?? throw new InvalidOperationException($"the overlay of {Upper} is not mounted");
}
