namespace CheckpointOperator.Core.Runtimes;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code; negative after a time-out.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="TimedOut">Whether it was killed at its time limit.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error, bool TimedOut)
{
    /// <summary>Whether it ended by itself with exit code 0.</summary>
    public bool Succeeded => ExitCode == 0 && !TimedOut;
}
