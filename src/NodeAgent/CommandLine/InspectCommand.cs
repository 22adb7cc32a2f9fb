using System.CommandLine;
using System.Text.Json;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The command <c>archive inspect</c>.</summary>
internal static class InspectCommand
{
    /// <summary>Makes it.</summary>
    public static OfflineCommand Create()
    {
        var file = ArchiveCommands.Archive();
        var noDigest = Flag("--no-digest", "Not the digest, for which the whole archive has to be read; of a plain one the rest is found by passing over the contents.");
        var processes = Flag("--ps", "The process tree with command lines and memory.");
        var environment = Flag("--env", "The processes' environments too. They hold secrets more often than not; --all leaves them out.");
        var files = Flag("--files", "The processes' open files.");
        var sockets = Flag("--sockets", "The processes' sockets.");
        var mounts = Flag("--mounts", "The container's mounts.");
        var statistics = Flag("--stats", "What CRIU measured at the dump and at a restore.");
        var all = Flag("--all", "All of this but --env.");
        var pid = new Option<uint?>("--pid") { Description = "Only this process and those below it, by its id in the container." };
        var command = new OfflineCommand(
            "inspect", "Tells what the archive holds: engine, Pod, container, image, sizes, times, counts; with options, what CRIU's images say of the processes.", "tree")
        {
            file, noDigest, processes, environment, files, sockets, mounts, statistics, all, pid,
        };
        var limits = new LimitOptions(command);
        command.Does((arguments, cancellationToken) =>
        {
            using var archive = CheckpointArchive.Open(arguments.GetRequiredValue(file), limits.Read(arguments));
            bool Is(Option<bool> option) => arguments.GetValue(option);
            var parts = (Is(all) ? CriuParts.AllButEnvironment : CriuParts.None)
                | (Is(processes) ? CriuParts.CommandLines | CriuParts.Memory : CriuParts.None)
                | (Is(environment) ? CriuParts.Environment : CriuParts.None)
                | (Is(files) ? CriuParts.Files : CriuParts.None)
                | (Is(sockets) ? CriuParts.Sockets : CriuParts.None)
                | (Is(mounts) ? CriuParts.Mounts : CriuParts.None)
                | (Is(statistics) ? CriuParts.Statistics : CriuParts.None);
            if (arguments.GetValue(pid) is not null && parts == CriuParts.None)
                parts = CriuParts.CommandLines | CriuParts.Memory;
            return parts == CriuParts.None ? Summary(archive, !Is(noDigest), cancellationToken) : Processes(archive, parts, arguments.GetValue(pid), cancellationToken);
        });
        return command;
    }

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static CommandOutput Summary(CheckpointArchive archive, bool hash, CancellationToken cancellationToken)
    {
        var inspection = hash ? archive.InspectAndHash(cancellationToken) : null;
        var summary = inspection?.Summary ?? archive.Inspect(cancellationToken);
        return new CommandOutput(() => SummaryText.Of(summary, inspection?.Digest), () =>
        {
            // The digest beside the other facts, not above them.
            var json = JsonSerializer.SerializeToNode(summary, CommandLineJson.Default.ArchiveSummary)!.AsObject();
            if (inspection is not null)
                json.Insert(0, "digest", inspection.Digest);
            return TerminalText.Json(json);
        });
    }

    private static CommandOutput Processes(CheckpointArchive archive, CriuParts parts, uint? pid, CancellationToken cancellationToken)
    {
        var metadata = archive.ReadMetadata(cancellationToken);
        var checkpoint = archive.ReadProcesses(parts, cancellationToken);
        if (pid is { } root)
            checkpoint = checkpoint with { Processes = Below(checkpoint.Processes, root) };
        return new CommandOutput(() => ProcessesText.Of(metadata, checkpoint), () =>
        {
            var json = JsonSerializer.SerializeToNode(metadata, InspectionJson.Default.ArchiveMetadata)!.AsObject();
            foreach (var (name, value) in JsonSerializer.SerializeToNode(checkpoint, InspectionJson.Default.CriuCheckpoint)!.AsObject().ToArray())
                // Beside "processes", which is their number where nothing more is asked for.
                json[name == "processes" ? "processTree" : name] = value!.DeepClone();
            return TerminalText.Json(json);
        });
    }

    private static List<CheckpointProcess> Below(IReadOnlyList<CheckpointProcess> processes, uint root)
    {
        // A parent stands before its children.
        var pids = new HashSet<uint> { root };
        var below = processes.Where(process => process.Pid == root || (pids.Contains(process.ParentPid) && pids.Add(process.Pid))).ToList();
        return below.Count > 0 ? below : throw new FormatException($"the archive has no process {root}; 'archive inspect --ps' lists those that it has");
    }
}
