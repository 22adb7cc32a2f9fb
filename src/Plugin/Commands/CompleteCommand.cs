using CheckpointOperator.Plugin.Completion;
using CheckpointOperator.Plugin.Output;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>
/// What the completions of the shells and of kubectl call: prints what the last word may become, a line each with a tab before its meaning, and last a colon and a
/// number. That is how programs made with cobra tell it, and how kubectl wants it of kubectl_complete-checkpoint.
/// </summary>
internal static class CompleteCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "__complete";

    // cobra's ShellCompDirective.
    private const int Default = 0;
    private const int NoFiles = 4;

    /// <summary>Makes it, so that it is a command; it is run before anything is parsed.</summary>
    public static Command Create(RootCommand root)
    {
        Argument<string[]> words = new("WORD") { Arity = ArgumentArity.ZeroOrMore };
        Command command = new(Name, "Completes the last WORD.") { words };
        command.Hidden = true;
        command.SetAction(arguments => Run(root, arguments.GetValue(words) ?? []));
        return command;
    }

    /// <summary>Prints.</summary>
    public static int Run(RootCommand root, string[] words)
    {
        WordCompletion completion;
        try
        {
            completion = WordCompletion.Of(root, words.Length > 0 ? words : [string.Empty]);
        }
        catch (Exception e) when (e is ApiServerException or HttpRequestException or OperationCanceledException or TimeoutException or k8s.Exceptions.KubeConfigException)
        {
            // The shells show nothing of it, and complete nothing; who runs this by hand sees why.
            Console.Error.WriteLine(TerminalText.Of(e.Message));
            completion = new WordCompletion([]);
        }

        foreach ((string word, string? meaning) in completion.Items)
            Console.Out.WriteLine(string.IsNullOrEmpty(meaning) ? word : $"{word}\t{meaning}");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $":{(completion.IsFile ? Default : NoFiles)}"));
        return ExitCode.Done;
    }
}
