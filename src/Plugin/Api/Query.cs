namespace CheckpointOperator.Plugin.Api;

/// <summary>What is read of the API: one object by its name, or those of a kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The namespace; null for all, and for a kind that has none.</param>
/// <param name="Name">The name; null for all.</param>
/// <param name="Selector">A label selector; null for all.</param>
internal sealed record Query(ResourceKind Kind, string? Namespace, string? Name = null, string? Selector = null)
{
    /// <summary>What words of the command line mean: <c>NAME</c>, <c>KIND/NAME</c>, or where lists are asked for <c>KIND</c>; no word means all of the kind.</summary>
    /// <param name="words">The words.</param>
    /// <param name="kind">What a bare name is of.</param>
    /// <param name="namespace">The namespace; null for all.</param>
    /// <param name="selector">A label selector, or null.</param>
    /// <param name="lists">Whether the words checkpoints, restores and nodes mean all objects of the kind.</param>
    /// <exception cref="CommandFailedException">They mean nothing.</exception>
    public static IReadOnlyList<Query> Parse(IReadOnlyCollection<string> words, ResourceKind kind, string? @namespace, string? selector, bool lists)
    {
        if (words.Count == 0)
            return [new Query(kind, NamespaceOf(kind, @namespace), Selector: selector)];
        return [.. words.Select(word => Parse(word, kind, @namespace, selector, lists))];
    }

    /// <summary>One object's name in messages, as kubectl prints it.</summary>
    public string Described => Name is null ? Kind.Plural : $"{Kind.Qualified}/{Name}";

    /// <summary>The path of one request.</summary>
    /// <param name="next">Where the former page ended.</param>
    public string Path(string? next = null)
    {
        string path = Kind.Path(Namespace, Name);
        return Name is not null
            ? path
            : $"{path}?limit=500{(Selector is null ? string.Empty : $"&labelSelector={Uri.EscapeDataString(Selector)}")}{(next is null ? string.Empty : $"&continue={Uri.EscapeDataString(next)}")}";
    }

    private static Query Parse(string word, ResourceKind kind, string? @namespace, string? selector, bool lists)
    {
        string name = word;
        if (word.Split('/') is [{ } kindWord, { } rest])
        {
            kind = ResourceKind.Find(kindWord)
                ?? throw new CommandFailedException($"'{word}': there is no kind '{kindWord}'; the kinds are checkpoint, restore and node", Plugin.ExitCode.Usage);
            name = rest;
        }
        else if (lists && ResourceKind.All.FirstOrDefault(candidate => candidate.ListWord == word) is { } listed)
        {
            return new Query(listed, NamespaceOf(listed, @namespace), Selector: selector);
        }

        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
            throw new CommandFailedException($"'{word}' is no name: NAME or KIND/NAME is expected", Plugin.ExitCode.Usage);
        if (selector is not null)
            throw new CommandFailedException($"'{word}' and --selector exclude each other: name objects, or select them", Plugin.ExitCode.Usage);
        if (@namespace is null && kind.IsNamespaced)
            throw new CommandFailedException($"'{word}' and --all-namespaces exclude each other: an object is of one namespace, that --namespace names", Plugin.ExitCode.Usage);
        return new Query(kind, NamespaceOf(kind, @namespace), name);
    }

    private static string? NamespaceOf(ResourceKind kind, string? @namespace) => kind.IsNamespaced ? @namespace : null;
}
