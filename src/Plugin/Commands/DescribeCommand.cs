using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.CommandLine;
using CheckpointOperator.Plugin.Output;

namespace CheckpointOperator.Plugin.Commands;

/// <summary>The command <c>describe</c>.</summary>
internal static class DescribeCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create(ClusterOptions cluster)
    {
        Command command = new("describe", "Tells all about a checkpoint, with its processes, or about a restore or a node, and what happened to it.");
        SelectionOptions selection = new(command, cluster, ResourceKind.Checkpoint, "NAME of a checkpoint, or KIND/NAME.");
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using Cluster connected = cluster.Connect(arguments);
            IReadOnlyList<ApiObject> objects = await selection.ReadObjectsAsync(arguments, connected, cancellationToken);
            for (int at = 0; at < objects.Count; at++)
            {
                if (at > 0)
                    Console.Out.WriteLine();
                Console.Out.Write(await DescribeAsync(connected, objects[at], cancellationToken));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<string> DescribeAsync(Cluster cluster, ApiObject value, CancellationToken cancellationToken)
    {
        Description text = new();
        text.Add("Name", value.Name);
        text.Add("Namespace", value.Namespace);
        text.Add("Kind", value.Kind.Kind);
        foreach ((string name, string field) in new[] { ("Labels", "labels"), ("Annotations", "annotations") })
            text.Section(name, () => AddMap(text, value.Json["metadata"]?[field]));
        text.Add("Phase", value.Phase, isState: true);
        if (value.Kind == ResourceKind.Checkpoint)
            Checkpoint(text, value.As<V1Alpha1ContainerCheckpoint>());
        else if (value.Kind == ResourceKind.Restore)
            Restore(text, value.As<V1Alpha1ContainerRestore>());
        else
            Node(text, value.As<V1Alpha1CheckpointNode>());
        text.Section("Conditions", () => text.Add(ConditionTable(value)));
        if (value.Kind.IsNamespaced)
        {
            Table events = await EventsAsync(cluster, value, cancellationToken);
            text.Section("Events", () => text.Add(events));
        }

        return text.ToString();
    }

    private static void Checkpoint(Description text, V1Alpha1ContainerCheckpoint checkpoint)
    {
        ContainerCheckpointSpec spec = checkpoint.Spec;
        ContainerCheckpointStatus status = checkpoint.Status;
        text.Add("Message", status.Message);
        text.Add("Pod", spec.Pod);
        text.Add("Node", status.NodeName);
        text.Add("Engine", status.EngineReason is null ? status.Engine?.ToString() ?? spec.Engine.ToString() : $"{status.Engine} ({status.EngineReason})");
        text.Add("Started", status.StartTime);
        text.Add("Completed", status.CompletionTime);
        text.Add("Frozen", status.FrozenMilliseconds is { } frozen ? $"{frozen} ms" : null);
        text.Add("Then", spec.AfterCheckpoint.ToString());
        text.Add("Deletion Policy", spec.DeletionPolicy.ToString());
        text.Add("Time to live", spec.Ttl);
        text.Section("Container", () =>
        {
            text.Add("Name", status.Container?.Name ?? spec.Container);
            text.Add("Id", status.Container?.Id);
            text.Add("Image", status.Container?.Image);
            text.Add("Image digest", status.Container?.ImageDigest);
            text.Add("Runtime", status.Container?.Runtime);
            text.Add("CRIU", status.Container?.Criu);
            text.Add("Kernel", status.Container?.Kernel);
            text.Add("Architecture", status.Container?.Arch);
        });
        text.Section("Archive", () =>
        {
            text.Add("Path", status.Archive?.Path);
            text.AddBytes("Size", status.Archive?.SizeBytes);
            text.Add("Digest", status.Archive?.Digest);
            text.Add("Compression", status.Archive?.Compression);
        });
        text.Section("Content", () =>
        {
            text.Add("Processes", status.Content?.Processes);
            text.AddBytes("Memory", status.Content?.MemoryBytes);
            text.AddBytes("Root file system", status.Content?.RootfsDiffBytes);
            text.Add("Files changed", status.Content?.ChangedFiles);
            text.Add("Files deleted", status.Content?.DeletedFiles);
            text.Add("Volumes", string.Join(", ", status.Content?.Volumes ?? []));
            text.Section("Missing", () =>
            {
                foreach (string missing in status.Content?.Missing ?? [])
                    text.Lines(TerminalText.Line(missing));
            });
        });
        if (status.Content?.ProcessTree is { Count: > 0 } processes)
            text.Section("Processes", () => text.Lines(ProcessTree.Of(processes, status.Content.Processes)));
    }

    private static void Restore(Description text, V1Alpha1ContainerRestore restore)
    {
        ContainerRestoreSpec spec = restore.Spec;
        ContainerRestoreStatus status = restore.Status;
        text.Add("Message", status.Message);
        text.Add("Checkpoint", string.Join(", ", spec.CheckpointNames()));
        text.Add("Pod", status.PodName ?? spec.PodName);
        text.Add("Node", status.NodeName);
        text.Add("Restored", status.RestoredContainers);
        text.Add("Attempts", status.Attempts);
        text.Add("Started", status.StartTime);
        text.Add("Completed", status.CompletionTime);
        text.Add("On end", spec.OnContainerRestart.ToString());
        foreach (RestoreContainerStatus container in status.Containers ?? [])
        {
            text.Section($"Container {container.Name}", () =>
            {
                text.Add("Checkpoint", container.Checkpoint);
                text.Add("Result", container.Result.ToString(), isState: true);
                text.Add("Reason", container.Reason);
                text.Add("Message", container.Message);
                text.Add("Id", container.ContainerID);
                text.Add("Process id", container.Pid);
                text.Add("Files written", container.FilesWritten);
                text.AddBytes("Written", container.BytesWritten);
                text.Add("Time", container.RestoreMilliseconds is { } time ? $"{time} ms" : null);
            });
        }
    }

    private static void Node(Description text, V1Alpha1CheckpointNode node)
    {
        CheckpointNodeStatus status = node.Status;
        text.Add("CRIU", status.Criu?.Version);
        text.Add("CRIU's check", status.Criu?.Message);
        text.Add("Container engine", status.ContainerEngine);
        text.Add("Runtimes", string.Join(", ", (status.Runtimes ?? []).Select(runtime => $"{runtime.Name} {runtime.Version}")));
        text.Add("Handler", status.RestoreRuntime?.Handler);
        text.Add("Handler's message", status.RestoreRuntime?.Message);
        text.Add("Kubelet", status.Kubelet?.Version);
        text.Add("Kernel", status.Kernel);
        text.Add("Architecture", status.Arch);
        text.Add("Control groups", status.Cgroup);
        text.Add("SELinux", status.Selinux);
        text.Add("Archives", status.Archives is { } archives ? $"{archives.Count}, {Quantities.Bytes(archives.Bytes ?? 0)}" : null);
        text.AddBytes("Free for archives", status.Storage?.ArchivesAvailableBytes);
        text.Add("Agent", status.AgentVersion);
        text.Add("Heard", status.HeartbeatTime);
    }

    private static Table ConditionTable(ApiObject value)
    {
        Table table = new("TYPE", "STATUS", "REASON", "MESSAGE");
        foreach (JsonNode? condition in value.Json["status"]?["conditions"]?.AsArray() ?? [])
            table.Add(Text(condition, "type"), Text(condition, "status"), Text(condition, "reason"), Text(condition, "message"));
        return table;
    }

    private static async Task<Table> EventsAsync(Cluster cluster, ApiObject value, CancellationToken cancellationToken)
    {
        string path = $"api/v1/namespaces/{Uri.EscapeDataString(value.Namespace!)}/events?limit=500&fieldSelector={Uri.EscapeDataString($"involvedObject.uid={value.Uid}")}";
        JsonObject list = await cluster.GetAsync(path, "events", cancellationToken);
        Table table = new("TYPE", "REASON", "AGE", "MESSAGE");
        foreach ((JsonNode occurrence, string time) in list["items"]!.AsArray()
            .Select(item => (item!, (string?)item!["lastTimestamp"] ?? (string?)item["eventTime"] ?? (string?)item["metadata"]!["creationTimestamp"] ?? string.Empty))
            .OrderBy(item => item.Item2, StringComparer.Ordinal))
        {
            string age = DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset last) ? Quantities.Duration(TimeProvider.System.GetUtcNow() - last) : "?";
            table.Add(Text(occurrence, "type"), Text(occurrence, "reason"), (int?)occurrence["count"] is > 1 and { } count ? $"{age} (x{count})" : age, Text(occurrence, "message"));
        }

        return table;
    }

    private static void AddMap(Description text, JsonNode? map)
    {
        foreach ((string name, JsonNode? value) in map?.AsObject() ?? [])
            text.Lines(TerminalText.Line($"{name}={value}"));
    }

    private static string Text(JsonNode? value, string field) => (string?)value?[field] ?? string.Empty;
}
