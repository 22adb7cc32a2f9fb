using System.CommandLine.Completions;
using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;

namespace CheckpointOperator.Plugin.Completion;

/// <summary>Names of objects of the cluster, for completing words.</summary>
internal static class NameCompletions
{
    // A person waits at the prompt.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>Those of a kind, in the namespace that the command line names.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Of(ClusterOptions options, ResourceKind kind) =>
        context => Read(options, context, cluster => kind.Path(cluster.Namespace));

    /// <summary>Those of another resource that has namespaces.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> OfNamespaced(ClusterOptions options, string root, string plural) =>
        context => Read(options, context, cluster => $"{root}/namespaces/{Uri.EscapeDataString(cluster.Namespace)}/{plural}");

    /// <summary>Those of a resource that has none.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Of(ClusterOptions options, string path) =>
        context => Read(options, context, _ => path);

    private static List<CompletionItem> Read(ClusterOptions options, CompletionContext context, Func<Cluster, string> path)
    {
        using Cluster cluster = options.Connect(context.ParseResult);
        using CancellationTokenSource limit = new(Limit);
        // Their metadata alone; a word is completed by a program that does nothing else meanwhile.
        JsonObject list = cluster.GetMetadataAsync($"{path(cluster)}?limit=500", limit.Token).GetAwaiter().GetResult();
        return [.. list["items"]!.AsArray().Select(item => new CompletionItem((string)item!["metadata"]!["name"]!))];
    }
}
