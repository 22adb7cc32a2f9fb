using System.CommandLine;

namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>The hidden command <c>launch [--output FILE] -- PROGRAM ARGUMENTS</c>, by which the agent runs the node's programs.</summary>
internal static class LaunchCommand
{
    public const string Name = "launch";
    public const string OutputOption = "--output";

    /// <summary>Exit code when the program could not be started, a shell's for a command that is not found.</summary>
    public const int NotLaunched = 127;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var output = new Option<string?>(OutputOption) { Description = "File on the node that takes output and errors." };
        var program = new Argument<string[]>("PROGRAM") { Description = "Program and arguments.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(Name, "Runs a program of the node in the node's own namespaces.") { output, program };
        command.Hidden = true;
        command.SetAction(result =>
        {
            string[] words = result.GetRequiredValue(program);
            try
            {
                // On this, the first thread: it is the one that execve keeps.
                NodeLauncher.Become(words[0], words[1..], result.GetValue(output));
            }
            catch (Exception failure) when (failure is IOException or System.ComponentModel.Win32Exception or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(failure.Message);
            }
            return NotLaunched;
        });
        return command;
    }
}
