using System.CommandLine.Completions;
using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.Completion;

namespace CheckpointOperator.Plugin.CommandLine;

/// <summary>The options that kubectl has too, and that say which cluster and namespace is meant.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "The namespace. Defaults to the context's.", HelpName = "NAMESPACE", Recursive = true };
    private readonly Option<string?> _context = new("--context") { Description = "The context of the kubeconfig. Defaults to its current one.", HelpName = "NAME", Recursive = true };
    private readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "The kubeconfig. Defaults to the files in KUBECONFIG, then ~/.kube/config, then the Pod's own account.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Adds them to a command and all below it.</summary>
    public ClusterOptions(Command root)
    {
        root.Add(_namespace);
        root.Add(_context);
        root.Add(_kubeconfig);
        _context.CompletionSources.Add(context => Kubeconfig.ContextNames(context.ParseResult.GetValue(_kubeconfig)).Select(name => new CompletionItem(name)));
        _namespace.CompletionSources.Add(NameCompletions.Of(this, "api/v1/namespaces"));
    }

    /// <summary>Connects to the cluster that they name. Nothing is asked of it yet.</summary>
    public Cluster Connect(ParseResult arguments) =>
        new(Kubeconfig.Read(arguments.GetValue(_kubeconfig), arguments.GetValue(_context)), arguments.GetValue(_namespace));
}
