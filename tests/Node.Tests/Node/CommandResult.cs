namespace CheckpointOperator.Node.Tests.Node;

/// <summary>How a command ended.</summary>
public sealed record CommandResult(string Line, int ExitCode, string Output, string Error)
{
    /// <summary>This result if the command succeeded, otherwise an exception with what it said.</summary>
    public CommandResult OrThrow() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"{Line}\nended with {ExitCode}\n{Error}{Output}");
}
