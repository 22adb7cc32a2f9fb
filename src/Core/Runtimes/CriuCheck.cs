namespace CheckpointOperator.Core.Runtimes;

/// <summary>How <c>criu check</c> ended.</summary>
/// <param name="Passed">Whether it found everything: exit code 0.</param>
/// <param name="Problems">What it found missing, in its words, without the places in its source; empty when it passed.</param>
public sealed record CriuCheck(bool Passed, IReadOnlyList<string> Problems)
{
    /// <summary>Whether the other passed and complained as this one did.</summary>
    public bool Equals(CriuCheck? other) => other is not null && Passed == other.Passed && Problems.SequenceEqual(other.Problems);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Passed, Problems.Count);
}
