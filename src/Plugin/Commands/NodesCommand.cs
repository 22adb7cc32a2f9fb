using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Output;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>The command <c>nodes</c>.</summary>
internal static class NodesCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create(ClusterOptions cluster)
    {
        Command command = new("nodes", "Lists what the nodes can do: checkpoint, restore, and with which CRIU and container engine.");
        SelectionOptions selection = new(command, cluster, ResourceKind.Node, "A node's name. Defaults to all.");
        OutputOption output = new(command, isTable: true);
        command.SetAction((arguments, cancellationToken) => ListCommand.RunAsync(arguments, cluster, selection, output, cancellationToken));
        return command;
    }
}
