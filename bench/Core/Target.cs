namespace CheckpointOperator.Core.Benchmark;

/// <summary>What a way of ours should reach in comparison with others in the same run.</summary>
/// <param name="Way">Ours.</param>
/// <param name="Others">Others' ways; the slowest of them counts.</param>
/// <param name="Ratio">How many times as fast as that it should be.</param>
internal sealed record Target(string Way, IReadOnlyList<string> Others, double Ratio)
{
    /// <summary>Milliseconds that it should stay below, instead of a ratio.</summary>
    internal double? Milliseconds { get; init; }

    /// <summary>MiB that its largest process should stay below.</summary>
    internal double? Mebibytes { get; init; }

    internal static Target Faster(string way, string other, double ratio) => new(way, [other], ratio);

    internal static Target Below(string way, double milliseconds) => new(way, [], 0) { Milliseconds = milliseconds };

    internal static Target Within(string way, double mebibytes) => new(way, [], 0) { Mebibytes = mebibytes };
}
