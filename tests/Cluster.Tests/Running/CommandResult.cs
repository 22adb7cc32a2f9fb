namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>How a command ended.</summary>
public sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error)
{
    /// <summary>This result if the command succeeded, otherwise an exception with what it said.</summary>
    public CommandResult OrThrow() => ExitCode == 0
        ? this
        : throw new InvalidOperationException($"{CommandLine}\nended with {ExitCode}\n{Error}{Output}");
}
