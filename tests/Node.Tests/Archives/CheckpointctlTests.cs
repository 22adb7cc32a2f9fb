using System.Text.Json.Nodes;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>checkpointctl tells of our archives what we tell of them.</summary>
public sealed class CheckpointctlTests(NodeFixture node, ChangedContainer container) : IClassFixture<ChangedContainer>
{
    [Fact]
    public async Task It_shows_and_lists_whose_checkpoint_it_is()
    {
        string file = await OurArchive.WriteAsync(node, container);
        using var archive = CheckpointArchive.Open(node.PathOf(file));
        ArchiveSummary summary = archive.Inspect();

        string[] row = Checkpointctl.Cells(await node.RunAsync($"checkpointctl show {file}"), container.Name);
        Assert.Equal([summary.Container!, summary.Image!, summary.ContainerId![..12], summary.Runtime!, Checkpointctl.Time(summary.CreatedAt), $"{summary.Engine}"], row[..6]);
        Assert.Equal(Checkpointctl.Size(summary.RootfsDiffBytes!.Value), row[7]);

        string folder = container.MakeFolder("list");
        await node.RunAsync($"cp {file} {folder}/checkpoint-pod_namespace-container.tar");
        row = Checkpointctl.Cells(await node.RunAsync($"checkpointctl list {folder}"), container.Name);
        Assert.Equal([summary.Container!, $"{summary.Engine}"], row[2..4]);
    }

    [Fact]
    public async Task It_inspects_the_processes_as_we_do()
    {
        var connected = new ConnectedContainer(node, container);
        await connected.StartAsync();
        await connected.ArchiveAsync();
        string file = connected.Archive;
        JsonNode theirs = JsonNode.Parse(await node.RunAsync($"checkpointctl inspect --all --ps-tree-env --format json {file}"))!.AsArray().Single()!;
        using var archive = CheckpointArchive.Open(node.PathOf(file));
        ArchiveSummary summary = archive.Inspect();
        CriuCheckpoint ours = archive.ReadProcesses(CriuParts.AllButEnvironment);

        Assert.Equal(summary.Container, (string?)theirs["container_name"]);
        Assert.Equal(summary.Image, (string?)theirs["image"]);
        Assert.Equal(summary.ContainerId, (string?)theirs["id"]);
        Assert.Equal(summary.Runtime, (string?)theirs["runtime"]);
        Assert.Equal(Checkpointctl.Time(summary.CreatedAt), (string?)theirs["created"]);
        Assert.Equal($"{summary.Engine}", (string?)theirs["engine"]);
        Assert.Equal(summary.MemoryBytes, (long?)theirs["checkpoint_size"]!["memory_pages_size"]);
        Assert.Equal(summary.RootfsDiffBytes, (long?)theirs["checkpoint_size"]!["root_fs_diff_size"]);
        Assert.Equal(ours.Dump!.FrozenMicroseconds, (uint?)theirs["statistics"]!["frozen_time"]);
        Assert.Equal(ours.Dump.PagesScanned, (ulong?)theirs["statistics"]!["pages_scanned"]);
        Assert.Equal(ours.Dump.PagesWritten, (ulong?)theirs["statistics"]!["pages_written"]);

        Assert.Equal(ours.Processes.Select(process => $"{process.Pid} {process.Name} below {process.ParentPid}").Order(), Tree(theirs["process_tree"]!, 0).Order());
        Assert.Equal(["/bin/sh", "-c"], ours.Processes[0].CommandLine!.Take(2));
        Assert.Equal(Files(ours), Files(theirs));
        Assert.Equal(Sockets(ours), Sockets(theirs));
        // checkpointctl tells of those in the configuration, we of those that there were.
        Assert.Subset(ours.Mounts!.Select(mount => mount.MountPoint).ToHashSet(), theirs["mounts"]!.AsArray().Select(mount => (string)mount!["destination"]!).ToHashSet());
    }

    [Fact]
    public async Task Its_tree_view_reads_every_part()
    {
        (string Options, string Told)[] views =
        [
            ("--metadata", "io.container.manager: libpod"),
            ("--stats", "Pages written"),
            ("--ps-tree", "[1]  sh"),
            ("--ps-tree --pid 1", "[1]  sh"),
            // checkpointctl 1.3 finds neither arguments nor environment in this CRIU's images, podman's or ours.
            ("--ps-tree-cmd", "[1]"),
            ("--ps-tree-env", "[1]"),
            ("--files", "[REG 0]  /dev/null"),
            ("--sockets", "Process tree"),
            ("--mounts", "Destination: /volume"),
            ("--all", "Root FS diff size"),
        ];
        string file = await OurArchive.WriteAsync(node, container);
        foreach ((string options, string told) in views)
            Assert.Contains(told, await node.RunAsync($"checkpointctl inspect {options} {file}"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Tree(JsonNode process, uint parent) =>
        [$"{process["pid"]} {process["command"]} below {parent}", .. (process["children"]?.AsArray() ?? []).SelectMany(child => Tree(child!, (uint)process["pid"]!))];

    private static IEnumerable<string> Files(CriuCheckpoint checkpoint) =>
        checkpoint.Processes.SelectMany(process => process.Files!.Select(file => (process.Pid, $"{Kind(file.Kind)} {file.Descriptor}")))
            .Concat(checkpoint.Processes.SelectMany(process => new[] { (process.Pid, $"cwd {process.WorkingDirectory}"), (process.Pid, $"root {process.RootDirectory}") }))
            .Select(file => $"{file.Pid}: {file.Item2}").Order();

    private static IEnumerable<string> Files(JsonNode theirs) =>
        theirs["file_descriptors"]!.AsArray().SelectMany(process => process!["open_files"]!.AsArray().Select(file =>
            $"{process["pid"]}: {((string)file!["type"]! == string.Empty ? $"{file["fd"]} {file["path"]}" : file["fd"])}")).Order();

    private static IEnumerable<string> Sockets(CriuCheckpoint checkpoint) =>
        checkpoint.Processes.SelectMany(process => process.Sockets!.Select(socket =>
            $"{process.Pid}: {socket.State!.Value.ToString().ToUpperInvariant()} {Address(socket.LocalAddress)}:{socket.LocalPort} {Address(socket.RemoteAddress)}:{socket.RemotePort}")).Order();

    private static IEnumerable<string> Sockets(JsonNode theirs) =>
        theirs["sockets"]!.AsArray().SelectMany(process => process!["open_sockets"]!.AsArray().Select(socket => socket!["data"]!).Select(data =>
            $"{process["pid"]}: {data["state"]} {data["src"]}:{data["src_port"]} {data["dst"]}:{data["dst_port"]}")).Order();

    // checkpointctl 1.3 takes an IPv6 address's words for its first ones.
    private static string? Address(string? address) => address == "::ffff:127.0.0.1" ? "7f00:1::" : address;

    private static string Kind(OpenFileKind kind) => kind switch
    {
        OpenFileKind.Regular => "REG",
        OpenFileKind.Pipe => "PIPE",
        OpenFileKind.Fifo => "FIFO",
        OpenFileKind.InetSocket => "INETSK",
        _ => $"{kind}",
    };
}
