using System.CommandLine.Completions;
using CheckpointOperator.Plugin.CommandLine;

namespace CheckpointOperator.Plugin.Completion;

/// <summary>What the last word of a command line may become.</summary>
/// <param name="Items">The words, each with what it means.</param>
/// <param name="IsFile">Whether the shell is to complete a file's name instead.</param>
internal sealed record WordCompletion(IReadOnlyList<(string Word, string? Meaning)> Items, bool IsFile = false)
{
    private static readonly string[] FileSymbols = ["--kubeconfig", "FILE"];

    /// <summary>Completes the last word.</summary>
    /// <param name="root">The commands.</param>
    /// <param name="words">The words, the last of which may be empty or half written.</param>
    public static WordCompletion Of(RootCommand root, string[] words)
    {
        string[] before = words[..^1];
        string word = words.Length > 0 ? words[^1] : string.Empty;
        CompletionContext context = Context(root, before);
        Command command = context.ParseResult.CommandResult.Command;
        Option[] options = [.. command.Options, .. root.Options.Where(option => option.Recursive && command != root)];
        if (before is [.. { } rest, { } last] && Find(options, last) is { } option && option.ValueType != typeof(bool))
            // Without the option: as long as it has no value, nothing that is asked of the line is answered.
            return Values(option.Name, option.GetCompletions(Context(root, rest)), word);

        // --option=val
        if (word.StartsWith("--", StringComparison.Ordinal) && word.Split('=', 2) is [{ } name, { } value])
            return Find(options, name) is { } assigned ? Values(assigned.Name, assigned.GetCompletions(context), value, $"{name}=") : new WordCompletion([]);
        if (word.StartsWith('-'))
            return new WordCompletion([.. options.Where(candidate => !candidate.Hidden && candidate.Name.StartsWith(word, StringComparison.Ordinal)).Select(candidate => (candidate.Name, candidate.Description))]);
        if (command.Subcommands.Count > 0)
            return new WordCompletion([.. command.Subcommands.Where(candidate => !candidate.Hidden && candidate.Name.StartsWith(word, StringComparison.Ordinal)).Select(candidate => (candidate.Name, candidate.Description))]);

        int given = context.ParseResult.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>().Sum(argument => argument.Tokens.Count);
        Argument? argument = command.Arguments.FirstOrDefault(candidate => (given -= Math.Min(given, candidate.Arity.MaximumNumberOfValues)) == 0 && IsOpen(context, candidate));
        return argument is null ? new WordCompletion([]) : Values(argument.Name, argument.GetCompletions(context), word);
    }

    private static bool IsOpen(CompletionContext context, Argument argument) =>
        (context.ParseResult.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MaximumNumberOfValues;

    private static CompletionContext Context(RootCommand root, string[] words) => root.Parse(words, PluginCommandLine.Parser()).GetCompletionContext();

    private static Option? Find(IEnumerable<Option> options, string word) => options.FirstOrDefault(option => option.Name == word || option.Aliases.Contains(word));

    private static WordCompletion Values(string symbol, IEnumerable<CompletionItem> items, string word, string prefix = "") => FileSymbols.Contains(symbol)
        ? new WordCompletion([], IsFile: true)
        : new WordCompletion([.. items.Where(item => item.Label.StartsWith(word, StringComparison.Ordinal)).Select(item => (prefix + item.Label, item.Detail))]);
}
