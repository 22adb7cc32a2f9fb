using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Completion;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>The argument and options that say which objects are meant.</summary>
internal sealed class SelectionOptions
{
    private readonly ResourceKind _kind;
    private readonly Argument<string[]> _words;
    private readonly Option<string?> _selector = new("--selector", "-l") { Description = "Those with these labels, such as app=web.", HelpName = "LABELS" };
    private readonly Option<bool>? _everywhere;

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cluster">The cluster's options, for completing names.</param>
    /// <param name="kind">What a bare name is of.</param>
    /// <param name="description">The argument's.</param>
    /// <param name="everywhere">Whether all namespaces may be meant.</param>
    public SelectionOptions(Command command, ClusterOptions cluster, ResourceKind kind, string description, bool everywhere = false)
    {
        _kind = kind;
        // With a HelpName of its own: without one the help would ask the cluster for what it may be.
        _words = new Argument<string[]>("NAME") { Description = description, HelpName = "NAME", Arity = ArgumentArity.ZeroOrMore };
        _words.CompletionSources.Add(NameCompletions.Of(cluster, kind));
        command.Add(_words);
        command.Add(_selector);
        if (everywhere)
            command.Add(_everywhere = new Option<bool>("--all-namespaces", "-A") { Description = "Those of all namespaces." });
    }

    /// <summary>Whether all namespaces are meant.</summary>
    public bool IsEverywhere(ParseResult arguments) => _everywhere is not null && arguments.GetValue(_everywhere);

    /// <summary>Whether anything is said at all.</summary>
    public bool IsEmpty(ParseResult arguments) => arguments.GetValue(_words) is not { Length: > 0 } && arguments.GetValue(_selector) is null;

    /// <summary>What is meant.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="namespace">The namespace that commands work in.</param>
    /// <param name="lists">Whether a kind's word means all of it.</param>
    public IReadOnlyList<Query> Read(ParseResult arguments, string @namespace, bool lists) =>
        Query.Parse(arguments.GetValue(_words) ?? [], _kind, IsEverywhere(arguments) ? null : @namespace, arguments.GetValue(_selector), lists);

    /// <summary>The objects that are meant; at least one is expected to be named or selected.</summary>
    public async Task<IReadOnlyList<ApiObject>> ReadObjectsAsync(ParseResult arguments, Cluster cluster, CancellationToken cancellationToken)
    {
        if (IsEmpty(arguments))
            throw new CommandFailedException("name what is meant, as NAME or KIND/NAME, or select it with --selector", ExitCode.Usage);
        List<ApiObject> objects = [];
        foreach (Query query in Read(arguments, cluster.Namespace, lists: arguments.GetValue(_selector) is not null))
            objects.AddRange(await cluster.ReadAsync(query, cancellationToken));
        if (objects.Count == 0)
            throw new CommandFailedException($"nothing has the labels {arguments.GetValue(_selector)} in namespace {cluster.Namespace}");
        return objects;
    }
}
