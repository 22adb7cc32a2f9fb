using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Waiting;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>The command <c>rm</c>.</summary>
internal static class RemoveCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create(ClusterOptions cluster)
    {
        Option<bool> wait = new("--wait") { Description = "Wait until they are gone, archives and Pods with them. Defaults to true.", DefaultValueFactory = static _ => true };
        Option<string> timeout = WaitOptions.Timeout("--timeout");
        Command command = new("rm", "Deletes checkpoints with their archives (unless their deletionPolicy is Retain), or restores with their Pods.");
        SelectionOptions selection = new(command, cluster, ResourceKind.Checkpoint, "NAME of a checkpoint, or KIND/NAME; with --selector checkpoints or restores. Defaults to checkpoints.");
        command.Add(wait);
        command.Add(timeout);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using Cluster connected = cluster.Connect(arguments);
            IReadOnlyList<ApiObject> objects = await selection.ReadObjectsAsync(arguments, connected, cancellationToken);
            if (objects.FirstOrDefault(value => !value.Kind.IsNamespaced) is { } node)
                throw new CommandFailedException($"{node.Reference} cannot be removed here: its agent would make it again; it goes with the Node", ExitCode.Usage);
            foreach (ApiObject value in objects)
            {
                // This one, and not another that has its name meanwhile.
                JsonObject options = new() { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["preconditions"] = new JsonObject { ["uid"] = value.Uid } };
                await connected.DeleteAsync(value.Query.Path(), value.Reference, options, cancellationToken);
                Console.Out.WriteLine($"{value.Kind.Qualified} \"{value.Name}\" deleted");
            }

            if (!arguments.GetValue(wait))
                return ExitCode.Done;
            TimeSpan limit = WaitOptions.Read(arguments, timeout);
            long start = TimeProvider.System.GetTimestamp();
            foreach (ApiObject value in objects)
                await new Wait(connected, Goal.Gone(value.Uid), limit - TimeProvider.System.GetElapsedTime(start)).UntilAsync(value.Query, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }
}
