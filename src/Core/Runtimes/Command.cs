namespace CheckpointOperator.Core.Runtimes;

/// <summary>A program to run, with a closed standard input.</summary>
/// <param name="Path">The program: a path, or a name to look up in PATH.</param>
/// <param name="Arguments">Its arguments, handed on as they are.</param>
public sealed record Command(string Path, params IReadOnlyList<string> Arguments)
{
    /// <summary>When the program is killed. Defaults to 10 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Characters kept of each output; what comes after is read and dropped. Defaults to 65,536.</summary>
    public int MaxOutput { get; init; } = 64 * 1024;
}
