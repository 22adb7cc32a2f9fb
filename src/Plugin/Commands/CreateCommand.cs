using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Completion;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>The command <c>create</c>.</summary>
internal static class CreateCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create(ClusterOptions cluster)
    {
        Argument<string> pod = new("POD") { Description = "The Pod, as NAME or pod/NAME.", HelpName = "POD" };
        pod.CompletionSources.Add(NameCompletions.OfNamespaced(cluster, "api/v1", "pods"));
        Option<string?> container = new("--container", "-c") { Description = "The container; may be left out when the Pod has one.", HelpName = "NAME" };
        Option<string> engine = Choice<CheckpointEngine>("--engine", "What takes the checkpoint.");
        Option<string?> timeout = new("--timeout") { Description = "How long the checkpoint may take. Defaults to 2m.", HelpName = "DURATION" };
        Option<string> after = Choice<AfterCheckpoint>("--after-checkpoint", "What becomes of the Pod once its checkpoint is Ready.");
        Option<string> volumes = Choice<CheckpointVolumes>("--volumes", "Whose content goes into the archive.");
        Option<string> deletion = Choice<DeletionPolicy>("--deletion-policy", "What becomes of the archive when the object is deleted.");
        Option<string?> ttl = new("--ttl") { Description = "How long after its completion the object is deleted, such as 24h. Defaults to never.", HelpName = "DURATION" };
        Command command = new("create", "Takes a checkpoint of a running container: makes a ContainerCheckpoint.") { pod, container, engine, timeout, after, volumes, deletion, ttl };
        Creation creation = new(command, cluster, ResourceKind.Checkpoint, "The ContainerCheckpoint's name. Defaults to the Pod's with a random end.");
        command.SetAction((arguments, cancellationToken) =>
        {
            string name = arguments.GetRequiredValue(pod);
            name = name.StartsWith("pod/", StringComparison.Ordinal) ? name["pod/".Length..] : name;
            V1Alpha1ContainerCheckpoint checkpoint = new()
            {
                Spec = new ContainerCheckpointSpec
                {
                    Pod = name,
                    Container = arguments.GetValue(container),
                    Engine = Enum.Parse<CheckpointEngine>(arguments.GetRequiredValue(engine)),
                    Timeout = arguments.GetValue(timeout),
                    AfterCheckpoint = Enum.Parse<AfterCheckpoint>(arguments.GetRequiredValue(after)),
                    Volumes = Enum.Parse<CheckpointVolumes>(arguments.GetRequiredValue(volumes)),
                    DeletionPolicy = Enum.Parse<DeletionPolicy>(arguments.GetRequiredValue(deletion)),
                    Ttl = arguments.GetValue(ttl),
                },
            };
            return creation.RunAsync(arguments, checkpoint, name, cancellationToken);
        });
        return command;
    }

    /// <summary>An option whose values are an enumeration's of the API; the first is the default.</summary>
    public static Option<string> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        string[] values = Enum.GetNames<T>();
        string first = Enum.GetName(default(T))!;
        Option<string> option = new(name) { Description = $"{description} Defaults to {first}.", HelpName = string.Join('|', values), DefaultValueFactory = _ => first };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
