using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Completion;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>The command <c>restore</c>.</summary>
internal static class RestoreCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create(ClusterOptions cluster)
    {
        Argument<string?> checkpoint = new("CHECKPOINT") { Description = "The ContainerCheckpoint; --container instead for several.", HelpName = "CHECKPOINT", Arity = ArgumentArity.ZeroOrOne };
        checkpoint.CompletionSources.Add(NameCompletions.Of(cluster, ResourceKind.Checkpoint));
        Option<string[]> containers = new("--container", "-c") { Description = "A container and its checkpoint, for several of one Pod; may be repeated.", HelpName = "NAME=CHECKPOINT" };
        Option<string?> podName = new("--pod-name") { Description = "The Pod to make. Defaults to the ContainerRestore's name.", HelpName = "NAME" };
        Option<string> restart = CreateCommand.Choice<OnContainerRestart>("--on-container-restart", "What happens when the restored container ends.");
        Option<string> connections = CreateCommand.Choice<TcpConnections>("--tcp-connections", "What becomes of TCP connections that were open.");
        Command command = new("restore", "Brings a checkpointed container back in a new Pod: makes a ContainerRestore.") { checkpoint, containers, podName, restart, connections };
        Creation creation = new(command, cluster, ResourceKind.Restore, "The ContainerRestore's name. Defaults to the checkpoint's with a random end.");
        command.SetAction((arguments, cancellationToken) =>
        {
            string? one = Bare(arguments.GetValue(checkpoint));
            RestoreContainer[] several = [.. (arguments.GetValue(containers) ?? []).Select(Container)];
            if (one is null == several.Length is 0)
                throw new CommandFailedException("name one CHECKPOINT, or each container's with --container NAME=CHECKPOINT", ExitCode.Usage);
            V1Alpha1ContainerRestore restore = new()
            {
                Spec = new ContainerRestoreSpec
                {
                    Checkpoint = one,
                    Containers = several.Length == 0 ? null : several,
                    PodName = arguments.GetValue(podName),
                    OnContainerRestart = Enum.Parse<OnContainerRestart>(arguments.GetRequiredValue(restart)),
                    TcpConnections = Enum.Parse<TcpConnections>(arguments.GetRequiredValue(connections)),
                },
            };
            return creation.RunAsync(arguments, restore, one ?? several[0].Checkpoint, cancellationToken);
        });
        return command;
    }

    private static RestoreContainer Container(string text) => text.Split('=') is [{ Length: > 0 } name, { Length: > 0 } checkpoint]
        ? new RestoreContainer { Name = name, Checkpoint = Bare(checkpoint)! }
        : throw new CommandFailedException($"--container '{text}': NAME=CHECKPOINT is expected", ExitCode.Usage);

    // checkpoint/NAME, as ls -o name prints it.
    private static string? Bare(string? word) => word is null ? null : Query.Parse([word], ResourceKind.Checkpoint, string.Empty, selector: null, lists: false) is [{ Name: { } name, Kind: var kind }] && kind == ResourceKind.Checkpoint
        ? name
        : throw new CommandFailedException($"'{word}' is no ContainerCheckpoint: its name is expected", ExitCode.Usage);
}
