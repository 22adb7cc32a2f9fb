using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using CheckpointOperator.Plugin.Commands;
using k8s.Exceptions;

namespace CheckpointOperator.Plugin.CommandLine;

/// <summary>The whole command line: its commands, its exit codes, and a plain line for each fault.</summary>
internal static class PluginCommandLine
{
    // The Pod of a pull that is interrupted is deleted first.
    private static readonly TimeSpan Termination = TimeSpan.FromSeconds(10);

    /// <summary>Makes the root command.</summary>
    public static RootCommand Create()
    {
        RootCommand root = new("Checkpoints running containers and restores them, by the Checkpoint Operator of the cluster.");
        ClusterOptions cluster = new(root);
        root.Add(CreateCommand.Create(cluster));
        root.Add(RestoreCommand.Create(cluster));
        root.Add(ListCommand.Create(cluster));
        root.Add(DescribeCommand.Create(cluster));
        root.Add(NodesCommand.Create(cluster));
        root.Add(WaitCommand.Create(cluster));
        root.Add(PullCommand.Create(cluster));
        root.Add(RemoveCommand.Create(cluster));
        root.Add(CompletionCommand.Create());
        root.Add(CompleteCommand.Create(root));
        return root;
    }

    /// <summary>How arguments are read.</summary>
    public static ParserConfiguration Parser() => new() { ResponseFileTokenReplacer = null };

    /// <summary>Parses and runs.</summary>
    public static async Task<int> InvokeAsync(RootCommand root, string[] arguments)
    {
        // What is to be completed is no command line yet.
        if (arguments is [CompleteCommand.Name, .. string[] words])
            return CompleteCommand.Run(root, words);
        ParseResult result = root.Parse(arguments, Parser());
        if (result.Action is ParseErrorAction)
        {
            foreach (ParseError error in result.Errors)
                Console.Error.WriteLine($"error: {error.Message}");
            Console.Error.WriteLine($"See '{PathOf(result)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Termination });
        }
        catch (CommandFailedException e)
        {
            return Tell($"error: {e.Message}", e.ExitCode);
        }
        catch (ApiServerException e)
        {
            // kubectl's own words for the server's.
            return Tell($"Error from server ({e.Answer.Reason}): {e.Answer.Message}{Advice(e)}", ExitCode.Failed);
        }
        catch (HttpRequestException e)
        {
            return Tell($"error: the API server cannot be reached: {Innermost(e)}; the cluster is that of --kubeconfig and --context, or of KUBECONFIG", ExitCode.Failed);
        }
        catch (KubeConfigException e)
        {
            return Tell($"error: the kubeconfig cannot be used: {e.Message}; name another one with --kubeconfig or another context with --context", ExitCode.Failed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return Tell($"error: {e.Message}", ExitCode.Failed);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private static int Tell(string line, int exitCode)
    {
        Console.Error.WriteLine(Output.TerminalText.Of(line));
        return exitCode;
    }

    // What the server says of a kind that it does not know names nothing.
    private static string Advice(ApiServerException error) => error.IsNotFound && error.Answer.Details?.Name is null
        ? "; the cluster has no such kind: install the Checkpoint Operator there (docs/install.md)"
        : string.Empty;

    private static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner)
            error = inner;
        return error.Message;
    }

    private static string PathOf(ParseResult result)
    {
        Stack<string> names = new();
        for (CommandResult? command = result.CommandResult; command is not null; command = command.Parent as CommandResult)
            names.Push(command.Command is RootCommand ? "kubectl checkpoint" : command.Command.Name);
        return string.Join(' ', names);
    }
}
