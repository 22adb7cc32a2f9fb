namespace CheckpointOperator.Plugin.Api;

/// <summary>One of the kinds that the plugin works with.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Plural">Its name in URLs.</param>
/// <param name="IsNamespaced">Whether its objects are of a namespace.</param>
/// <param name="Words">What it may be called on the command line.</param>
internal sealed record ResourceKind(string Kind, string Plural, bool IsNamespaced, params string[] Words)
{
    /// <summary>ContainerCheckpoint.</summary>
    public static ResourceKind Checkpoint { get; } = new(V1Alpha1ContainerCheckpoint.KindName, V1Alpha1ContainerCheckpoint.PluralName, true, "checkpoint", "checkpoints", "containercheckpoint", "cckpt");

    /// <summary>ContainerRestore.</summary>
    public static ResourceKind Restore { get; } = new(V1Alpha1ContainerRestore.KindName, V1Alpha1ContainerRestore.PluralName, true, "restore", "restores", "containerrestore", "crst");

    /// <summary>CheckpointNode.</summary>
    public static ResourceKind Node { get; } = new(V1Alpha1CheckpointNode.KindName, V1Alpha1CheckpointNode.PluralName, false, "node", "nodes", "checkpointnode", "cpnode");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ResourceKind> All { get; } = [Checkpoint, Restore, Node];

    /// <summary>What kubectl calls one object of it, such as <c>containercheckpoint.checkpoint-operator.io</c>.</summary>
    public string Qualified => $"{Kind.ToLowerInvariant()}.{ApiGroup.Name}";

    /// <summary>The word that means all objects of it.</summary>
    public string ListWord => Words[1];

    /// <summary>The kind that a word means, or null.</summary>
    public static ResourceKind? Find(string word)
    {
        // Such as containercheckpoint.checkpoint-operator.io, which -o name prints.
        string bare = word.EndsWith($".{ApiGroup.Name}", StringComparison.Ordinal) ? word[..^(ApiGroup.Name.Length + 1)] : word;
        return All.FirstOrDefault(kind => kind.Plural == bare || kind.Words.Contains(bare, StringComparer.Ordinal));
    }

    /// <summary>The path of the kind's objects, without a leading slash.</summary>
    /// <param name="namespace">The namespace, or null for all.</param>
    /// <param name="name">An object, or null for all.</param>
    public string Path(string? @namespace, string? name = null) =>
        $"apis/{ApiGroup.Name}/{ApiGroup.V1Alpha1}/{(IsNamespaced && @namespace is not null ? $"namespaces/{Uri.EscapeDataString(@namespace)}/" : string.Empty)}{Plural}"
        + (name is null ? string.Empty : $"/{Uri.EscapeDataString(name)}");
}
