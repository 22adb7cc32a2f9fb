namespace CheckpointOperator.Plugin;

/// <summary>A command cannot be done, for a reason that its user can mend.</summary>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="exitCode">One of <see cref="Plugin.ExitCode"/>.</param>
internal sealed class CommandFailedException(string message, int exitCode = ExitCode.Failed) : Exception(message)
{
    /// <summary>What the program ends with.</summary>
    public int ExitCode => exitCode;
}
