using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Waiting;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>The command <c>wait</c>.</summary>
internal static class WaitCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create(ClusterOptions cluster)
    {
        Option<string> goal = new("--for")
        {
            Description = "What is waited for: ready, delete, condition=TYPE or condition=TYPE=STATUS. Defaults to ready.",
            HelpName = "GOAL",
            DefaultValueFactory = static _ => "ready",
        };
        goal.CompletionSources.Add("ready", "delete", "condition=");
        Option<string> timeout = WaitOptions.Timeout("--timeout");
        Command command = new("wait", "Waits until checkpoints or restores are Ready, and fails as soon as one has Failed.");
        SelectionOptions selection = new(command, cluster, ResourceKind.Checkpoint, "NAME of a checkpoint, or KIND/NAME.");
        command.Add(goal);
        command.Add(timeout);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            Goal wanted = Goal.Parse(arguments.GetRequiredValue(goal));
            using Cluster connected = cluster.Connect(arguments);
            if (selection.IsEmpty(arguments))
                throw new CommandFailedException("name what is waited for, as NAME or KIND/NAME, or select it with --selector", ExitCode.Usage);
            Wait wait = new(connected, wanted, WaitOptions.Read(arguments, timeout));
            foreach (Query query in selection.Read(arguments, connected.Namespace, lists: true))
            {
                // A name is watched even where there is none yet to be deleted; a selection is what it is now.
                IEnumerable<Query> each = query.Name is not null ? [query] : (await connected.ReadAsync(query, cancellationToken)).Select(value => value.Query);
                foreach (Query one in each)
                {
                    await wait.UntilAsync(one, cancellationToken);
                    Console.Out.WriteLine($"{one.Described} {(wanted.IsDeletion ? "deleted" : $"is {wanted.Text}")}");
                }
            }

            return ExitCode.Done;
        });
        return command;
    }
}
