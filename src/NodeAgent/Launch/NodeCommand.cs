namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>A program of the node and how long it may run.</summary>
/// <param name="Program">A path on the node, or a name to look for in its standard folders.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record NodeCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>After this time it is killed. Defaults to 30 seconds.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many bytes of each output are kept. Defaults to 65536.</summary>
    public int MaximumOutput { get; init; } = 64 * 1024;

    /// <summary>
    /// A file on the node that takes output and errors, made anew, for what must outlive the agent: a pipe would end with it. Null reads both by pipes.
    /// </summary>
    public string? OutputFile { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{Program} {string.Join(' ', Arguments)}";
}
