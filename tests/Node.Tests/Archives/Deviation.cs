namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>Where a tree is not as it ought to be, and why that is right or at least known.</summary>
/// <param name="Path">The entry; with a trailing <c>/*</c> all that is below it.</param>
/// <param name="Facts">What differs, separated by commas: facts of tree.py, <see cref="Missing"/> or <see cref="Extra"/>.</param>
/// <param name="Reason">Whose doing it is, and how it comes.</param>
public sealed record Deviation(string Path, string Facts, string Reason)
{
    /// <summary>The entry is not there.</summary>
    public const string Missing = "missing";

    /// <summary>The entry is there and should not be.</summary>
    public const string Extra = "extra";

    /// <summary>Whether a difference is this one.</summary>
    public bool Covers(string path, string fact) =>
        (Path.EndsWith("/*", StringComparison.Ordinal) ? path.StartsWith(Path[..^1], StringComparison.Ordinal) : path == Path) && Facts.Split(", ").Contains(fact);
}
