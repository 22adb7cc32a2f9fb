using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What of an archive is compared with another one: sections, and in each of them things by what they are known by.</summary>
internal static class ArchiveDifference
{
    private const CriuParts Parts = CriuParts.AllButEnvironment & ~CriuParts.Statistics;

    /// <summary>The sections in the order in which they are told.</summary>
    public static IReadOnlyList<string> Sections { get; } = ["metadata", "processes", "memory", "files", "sockets", "mounts", "rootfs"];

    /// <summary>Reads an archive.</summary>
    public static Dictionary<string, Dictionary<string, DifferenceSide>> Read(CheckpointArchive archive, CancellationToken cancellationToken)
    {
        var things = Sections.ToDictionary(static section => section, static _ => new Dictionary<string, DifferenceSide>(StringComparer.Ordinal), StringComparer.Ordinal);
        var summary = archive.Inspect(cancellationToken);
        foreach (var (name, value) in JsonSerializer.SerializeToNode(summary, CommandLineJson.Default.ArchiveSummary)!.AsObject())
        {
            if (value is not null)
                things["metadata"].Add(name, new DifferenceSide(TerminalText.Of(value is JsonValue text && text.TryGetValue(out string? word) ? word : value.ToJsonString()), value));
        }

        if (summary.HasProcessImages)
            AddCheckpoint(archive.ReadProcesses(Parts, cancellationToken), things);
        foreach (var change in archive.ListRootFsChanges(cancellationToken))
        {
            // deleted.files and the diff may both name a path: it was deleted and made again.
            var key = change.Kind == "deleted" ? $"{change.Path} (deleted)" : change.Path;
            things["rootfs"][key] = new DifferenceSide(Describe(change), JsonSerializer.SerializeToNode(change, InspectionJson.Default.RootFsChange)!);
        }

        return things;
    }

    private static void AddCheckpoint(CriuCheckpoint checkpoint, Dictionary<string, Dictionary<string, DifferenceSide>> things)
    {
        foreach (var process in checkpoint.Processes)
        {
            var pid = process.Pid.ToString(CultureInfo.InvariantCulture);
            var bare = process with { Memory = null, Files = null, Sockets = null };
            things["processes"].Add(pid, new DifferenceSide(
                $"{ProcessesText.Line(process)} ({process.State}, {process.Threads.Count} threads)", JsonSerializer.SerializeToNode(bare, InspectionJson.Default.CheckpointProcess)!));
            if (process.Memory is { } memory)
            {
                things["memory"].Add(pid, new DifferenceSide(
                    string.Create(CultureInfo.InvariantCulture, $"{memory.DumpedBytes} bytes dumped of {memory.MappedBytes} mapped"),
                    JsonSerializer.SerializeToNode(memory, InspectionJson.Default.ProcessMemory)!));
            }

            // Numbers that the kernel and CRIU give anew are no difference.
            foreach (var file in process.Files ?? [])
            {
                var named = file with { Id = 0, Path = file.Kind is OpenFileKind.Pipe || file.Path?.StartsWith("socket:[", StringComparison.Ordinal) is true ? null : file.Path };
                things["files"].Add($"{pid}/{file.Descriptor}", new DifferenceSide(
                    ProcessesText.Line(named), Without(JsonSerializer.SerializeToNode(named, InspectionJson.Default.OpenFile)!, "id")));
            }

            foreach (var socket in process.Sockets ?? [])
            {
                var named = socket with { Inode = null, PeerInode = null };
                things["sockets"].Add($"{pid}/{socket.Descriptor}", new DifferenceSide(
                    ProcessesText.Line(named), JsonSerializer.SerializeToNode(named, InspectionJson.Default.CheckpointSocket)!));
            }
        }

        foreach (var mount in checkpoint.Mounts ?? [])
        {
            // One may lie over another.
            var key = mount.MountPoint;
            for (var layer = 2; things["mounts"].ContainsKey(key); layer++)
                key = string.Create(CultureInfo.InvariantCulture, $"{mount.MountPoint} #{layer}");
            var node = JsonSerializer.SerializeToNode(mount, InspectionJson.Default.CheckpointMount)!;
            things["mounts"].Add(key, new DifferenceSide(ProcessesText.Mount(mount), Without(node, "id", "parentId")));
        }
    }

    private static JsonNode Without(JsonNode node, params string[] names)
    {
        foreach (var name in names)
            node.AsObject().Remove(name);
        return node;
    }

    private static string Describe(RootFsChange change) => change.Kind == "deleted"
        ? change.Kind
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{change.Kind} 0{Convert.ToString(change.Mode, 8)} {change.UserId}:{change.GroupId}{(change.Sha256 is null ? "" : $" {change.Size} bytes sha256:{change.Sha256}")}{(change.Target is null ? "" : $" to {TerminalText.Of(change.Target)}")}");
}
