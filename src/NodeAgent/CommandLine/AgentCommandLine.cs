using System.CommandLine;
using System.CommandLine.Invocation;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>Runs the command line, with this program's exit codes and one plain line for each fault.</summary>
internal static class AgentCommandLine
{
    /// <summary>Parses and runs.</summary>
    public static int Invoke(RootCommand root, string[] arguments)
    {
        // A path may start with '@': nothing is a response file.
        ParseResult result = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is not ParseErrorAction)
            return result.Invoke();
        foreach (var error in result.Errors)
            Console.Error.WriteLine($"checkpoint-agent: {error.Message}");
        Console.Error.WriteLine($"checkpoint-agent: see '{Path(result)} --help'");
        return ExitCode.Usage;
    }

    // "checkpoint-agent archive import"
    private static string Path(ParseResult result)
    {
        var names = new Stack<string>();
        for (var command = result.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(command.Command is RootCommand ? "checkpoint-agent" : command.Command.Name);
        return string.Join(' ', names);
    }
}
