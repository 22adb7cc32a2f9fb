namespace CheckpointOperator.Plugin.Commands;

/// <summary>The command <c>completion</c>.</summary>
internal static class CompletionCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create()
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Command command = new("completion", "Prints what completes kubectl-checkpoint in a shell. kubectl checkpoint is completed by kubectl, where kubectl_complete-checkpoint is in PATH.") { shell };
        command.SetAction(arguments =>
        {
            using Stream script = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"completion.{arguments.GetRequiredValue(shell)}")!;
            using Stream output = Console.OpenStandardOutput();
            script.CopyTo(output);
        });
        return command;
    }
}
