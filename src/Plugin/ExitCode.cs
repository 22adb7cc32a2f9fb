namespace CheckpointOperator.Plugin;

/// <summary>What the exit codes mean (docs/plugin.md).</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The API server refused, could not be reached, or a file could not be written.</summary>
    public const int Failed = 1;

    /// <summary>The command line is not understood; nothing was asked of the server.</summary>
    public const int Usage = 2;

    /// <summary>What was waited for will not come: the checkpoint or restore has Failed, or was deleted.</summary>
    public const int NotReached = 3;

    /// <summary>What was waited for did not come in time.</summary>
    public const int TimedOut = 4;

    /// <summary>Ended by SIGINT, as a shell tells it.</summary>
    public const int Interrupted = 130;
}
