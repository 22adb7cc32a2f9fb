using System.CommandLine;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The command <c>pause</c>.</summary>
internal static class PauseCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create()
    {
        var command = new Command("pause", "Does nothing until it is ended: the first process of a Pod in which other commands are run (kubectl checkpoint pull).");
        command.SetAction(static async (_, cancellationToken) =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // That is its end.
            }

            return ExitCode.Done;
        });
        return command;
    }
}
