namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What the command line's exit codes mean.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Refused = 3;

    // 128 and SIGINT's number, and SIGTERM's, as of any program that a signal ends.
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
