namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>How a program of the node ended.</summary>
/// <param name="ExitCode">Its exit code; 128 and the signal where one ended it.</param>
/// <param name="Output">The start of what it wrote to its output.</param>
/// <param name="Error">The start of what it wrote to its errors.</param>
public sealed record NodeCommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Exit code of a program that could not be started, a shell's for a command that is not found.</summary>
    public const int NotStarted = 127;

    /// <summary>Whether it ended well.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>The last line that it wrote, errors first: what a person would look at.</summary>
    public string LastLine => Last(Error) ?? Last(Output) ?? $"exit code {ExitCode}";

    private static string? Last(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
}
