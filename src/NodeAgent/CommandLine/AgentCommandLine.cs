using System.CommandLine;
using System.CommandLine.Invocation;
using CheckpointOperator.NodeAgent.Hosting;
using CheckpointOperator.NodeAgent.RuntimeHandler;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>Runs the command line, with this program's exit codes and one plain line for each fault.</summary>
internal static class AgentCommandLine
{
    private const string Name = "checkpoint-agent";

    /// <summary>Parses and runs.</summary>
    public static int Invoke(string[] arguments)
    {
        // A path may start with '@': nothing is a response file.
        ParseResult result = Commands(arguments).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is not ParseErrorAction)
            return result.Invoke();
        foreach (var error in result.Errors)
            Console.Error.WriteLine($"{Name}: {error.Message}");
        Console.Error.WriteLine($"{Name}: see '{Path(result)} --help'");
        return ExitCode.Usage;
    }

    // The one command that is meant, where that is plain: to make all the others and the texts of the help would take it as long as a short command's own work.
    private static Command Commands(string[] arguments)
    {
        if (!arguments.Any(AsksForHelp) && OfflineCommands.TryCreate(arguments) is { } command)
            return new Command(Name) { command };
        var root = new RootCommand("Checkpoints and restores containers on this node.") { RunCommand.Create() };
        foreach (Command other in RuntimeHandlerCommands.Create().Concat(OfflineCommands.Create()))
            root.Add(other);
        return root;
    }

    // What HelpOption is called, and what stands behind it.
    private static bool AsksForHelp(string argument) => argument.Split('=', ':')[0] is "--help" or "-h" or "-?" or "/h" or "/?";

    // "checkpoint-agent archive import"
    private static string Path(ParseResult result)
    {
        var names = new Stack<string>();
        for (var command = result.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(command.Command is RootCommand ? Name : command.Command.Name);
        return string.Join(' ', names);
    }
}
