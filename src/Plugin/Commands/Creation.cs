using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Output;
using CheckpointOperator.Plugin.Waiting;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>What the commands that make an object have in common: its name, a dry run, waiting, printing.</summary>
internal sealed class Creation
{
    private readonly ClusterOptions _cluster;
    private readonly ResourceKind _kind;
    private readonly WaitOptions _wait;
    private readonly OutputOption _output;
    private readonly Option<string?> _dryRun = new("--dry-run") { Description = "Make nothing: print the object (client), or have the server check it (server)." };
    private readonly Option<string?> _name = new("--name") { HelpName = "NAME" };

    /// <summary>Adds the options to a command.</summary>
    public Creation(Command command, ClusterOptions cluster, ResourceKind kind, string nameDescription)
    {
        (_cluster, _kind) = (cluster, kind);
        _name.Description = nameDescription;
        _dryRun.AcceptOnlyFromAmong("client", "server");
        command.Add(_name);
        command.Add(_dryRun);
        _wait = new WaitOptions(command);
        _output = new OutputOption(command, isTable: false);
    }

    /// <summary>Makes an object, waits where that is asked for, and prints it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="entity">The object, without its name.</param>
    /// <param name="prefix">What its name begins with where none is given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<int> RunAsync<T>(ParseResult arguments, T entity, string prefix, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        using Cluster cluster = _cluster.Connect(arguments);
        string? name = arguments.GetValue(_name);
        entity.Metadata = new V1ObjectMeta { Name = name, GenerateName = name is null ? $"{prefix}-" : null, NamespaceProperty = cluster.Namespace };
        JsonObject json = KubernetesSerializer.ToObject(entity);
        json.Remove("status");
        string? dryRun = arguments.GetValue(_dryRun);
        ApiObject made = new(_kind, dryRun == "client"
            ? json
            : await cluster.CreateAsync(_kind.Path(cluster.Namespace), json, dryRun == "server", cancellationToken));

        bool isLine = _output.IsDefault(arguments);
        if (isLine)
            Console.Out.WriteLine($"{made.Reference} created{(dryRun is null ? string.Empty : dryRun == "server" ? " (server dry run)" : " (dry run)")}");
        if (dryRun is null && _wait.IsAskedFor(arguments))
        {
            made = await _wait.UntilReadyAsync(arguments, cluster, made, cancellationToken);
            if (isLine)
                Console.Out.WriteLine($"{made.Reference} is {Terminal.Colored("Ready", "Ready")}");
        }

        if (!isLine)
            _output.Print(arguments, [made], isOne: true);
        return ExitCode.Done;
    }
}
