using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Output;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>The command <c>ls</c>.</summary>
internal static class ListCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create(ClusterOptions cluster)
    {
        Command command = new("ls", "Lists checkpoints, or restores.");
        SelectionOptions selection = new(
            command, cluster, ResourceKind.Checkpoint, "NAME or KIND/NAME of an object, or checkpoints, restores or nodes. Defaults to checkpoints.", everywhere: true);
        OutputOption output = new(command, isTable: true);
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, cluster, selection, output, cancellationToken));
        return command;
    }

    /// <summary>Prints what is selected, in the table that kubectl get prints or whole.</summary>
    public static async Task<int> RunAsync(ParseResult arguments, ClusterOptions options, SelectionOptions selection, OutputOption output, CancellationToken cancellationToken)
    {
        using Cluster cluster = options.Connect(arguments);
        IReadOnlyList<Query> queries = selection.Read(arguments, cluster.Namespace, lists: true);
        bool isEverywhere = selection.IsEverywhere(arguments);
        if (!output.IsTable(arguments))
        {
            List<ApiObject> objects = [];
            foreach (Query query in queries)
                objects.AddRange(await cluster.ReadAsync(query, cancellationToken));
            output.Print(arguments, objects, isOne: queries is [{ Name: not null }]);
            return ExitCode.Done;
        }

        bool isFirst = true;
        foreach (IGrouping<ResourceKind, Query> kind in queries.GroupBy(query => query.Kind))
        {
            List<JsonObject> tables = [];
            foreach (Query query in kind)
                tables.Add(await cluster.ReadTableAsync(query, cancellationToken));
            Table table = Table.Of(tables, output.IsWide(arguments), isEverywhere && kind.Key.IsNamespaced);
            if (table.IsEmpty)
            {
                Console.Error.WriteLine(isEverywhere || !kind.Key.IsNamespaced ? $"No {kind.Key.Plural} found." : $"No {kind.Key.Plural} found in namespace {cluster.Namespace}.");
                continue;
            }

            if (!isFirst)
                Console.Out.WriteLine();
            Console.Out.Write(table);
            isFirst = false;
        }

        return ExitCode.Done;
    }
}
