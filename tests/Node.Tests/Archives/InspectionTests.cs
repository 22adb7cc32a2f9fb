using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>What is told of real checkpoints is what /proc said before the dump, and what checkpointctl says.</summary>
public sealed class InspectionTests(NodeFixture node, ObservedContainer container) : IClassFixture<ObservedContainer>
{
    private const CriuParts Everything = CriuParts.AllButEnvironment | CriuParts.Environment;

    private const uint CloseOnExec = 0x80000;

    private readonly ObservedContainer _container = container;

    [Fact]
    public void Processes_are_what_proc_said()
    {
        CriuCheckpoint checkpoint = Read("a");
        List<ObservedProcess> observed = Observed();
        Assert.Equal(3, observed.Count);
        Assert.Equal(observed.Select(process => process.Pid).Order(), checkpoint.Processes.Select(process => process.Pid).Order());
        foreach (ObservedProcess expected in observed)
        {
            CheckpointProcess process = checkpoint.Processes.Single(process => process.Pid == expected.Pid);
            Assert.Equal(expected.Name, process.Name);
            Assert.Equal(ProcessState.Alive, process.State);
            Assert.Equal(expected.Parent([.. observed.Select(other => other.Pid)]), process.ParentPid);
            Assert.Equal(expected.CommandLine, process.CommandLine);
            Assert.Equal(expected.Environment, process.Environment);
            Assert.Contains("SECRET=hush", process.Environment!);
            Assert.Equal(expected.Threads, process.Threads.Order());
            Assert.Equal(expected.Executable, process.Executable);
            Assert.Equal(expected.WorkingDirectory, process.WorkingDirectory);
            Assert.Equal("/", process.RootDirectory);
            Assert.Equal(expected.Status("NSpgid").Split('\t')[^1], process.ProcessGroup.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(expected.Status("NSsid").Split('\t')[^1], process.Session.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(expected.Status("Uid").Split('\t')[0], process.UserId!.Value.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(expected.Status("VmSize"), $"{process.Memory!.MappedBytes / 1024} kB");
        }
    }

    [Fact]
    public void The_memory_that_was_dumped_is_all_that_CRIU_counted_and_wrote()
    {
        using CheckpointArchive archive = Open("a");
        CriuCheckpoint checkpoint = archive.ReadProcesses(Everything);
        DumpStatistics dump = checkpoint.Dump!;
        ulong dumped = checkpoint.Processes.Aggregate(0ul, (sum, process) => sum + process.Memory!.DumpedBytes);
        Assert.Equal(dump.PagesWritten * 4096, dumped);
        Assert.Equal((ulong)archive.Inspect().MemoryBytes, dumped + (dump.SharedPagesWritten * 4096));
        Assert.True(dump.FrozenMicroseconds > 0);
        // The region of shared memory that the program made has three pages.
        Assert.All(checkpoint.Processes, process => Assert.Equal(3ul * 4096, process.Memory!.SharedBytes));
    }

    [Fact]
    public void Open_files_are_what_proc_said()
    {
        CriuCheckpoint checkpoint = Read("a");
        foreach (ObservedProcess expected in Observed())
        {
            IReadOnlyList<OpenFile> files = checkpoint.Processes.Single(process => process.Pid == expected.Pid).Files!;
            Dictionary<uint, string> links = expected.Files;
            Assert.Equal(links.Keys.Order(), files.Select(file => file.Descriptor));
            foreach (OpenFile file in files)
            {
                Assert.Equal(links[file.Descriptor], file.Path);
                uint flags = Convert.ToUInt32(expected.FileInfo(file.Descriptor, "flags"), 8);
                Assert.Equal((flags & ~CloseOnExec, (flags & CloseOnExec) != 0), (file.Flags, file.CloseOnExec));
                if (file.Position is { } position)
                    Assert.Equal(expected.FileInfo(file.Descriptor, "pos"), position.ToString(CultureInfo.InvariantCulture));
            }

            Assert.Contains(files, file => file is { Path: "/tmpfs/scratch", Kind: OpenFileKind.Regular, Position: 8 });
            Assert.Equal(
                [OpenFileKind.EventFd, OpenFileKind.EventPoll, OpenFileKind.InetSocket, OpenFileKind.Inotify, OpenFileKind.MemoryFd, OpenFileKind.NetlinkSocket, OpenFileKind.Pipe, OpenFileKind.Regular, OpenFileKind.TimerFd, OpenFileKind.UnixSocket],
                files.Select(file => file.Kind).Distinct().OrderBy(kind => kind.ToString(), StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Sockets_are_what_proc_said()
    {
        CheckpointProcess process = Read("a").Processes[0];
        ObservedProcess expected = Observed().Single(observed => observed.Pid == process.Pid);
        var tables = new[] { "tcp", "tcp6", "udp" }.SelectMany(expected.Sockets).ToDictionary();
        List<CheckpointSocket> inet = [.. process.Sockets!.Where(socket => socket.Family is SocketFamily.Inet or SocketFamily.Inet6)];
        Assert.Equal(7, inet.Count);
        foreach (CheckpointSocket socket in inet)
        {
            var (local, remote, state) = tables[socket.Inode!.Value];
            Assert.Equal((local.Address.ToString(), (uint)local.Port), (socket.LocalAddress, socket.LocalPort));
            Assert.Equal(remote.Port == 0 ? (null, null) : (remote.Address.ToString(), (uint?)remote.Port), (socket.RemoteAddress, socket.RemotePort));
            Assert.Equal(state, (int)socket.State!);
        }

        Assert.Equal(4, inet.Count(socket => socket.State == SocketState.Established));
        Assert.Contains(inet, socket => socket is { LocalAddress: "::1", LocalPort: 4712, State: SocketState.Listen, Type: SocketType.Stream, Protocol: 6 });
        List<CheckpointSocket> unix = [.. process.Sockets!.Where(socket => socket.Family == SocketFamily.Unix)];
        Assert.Equal(4, unix.Count);
        Assert.All(unix, socket => Assert.Equal(expected.UnixSockets[socket.Inode!.Value], ((int)socket.Type!, socket.Name)));
        Assert.Equal(["/tmpfs/socket", "@abstract\u0001name"], unix.Where(socket => socket.Name is not null).Select(socket => socket.Name!));
        CheckpointSocket[] pair = [.. unix.Where(socket => socket.PeerInode is not null)];
        Assert.Equal((pair[0].Inode, pair[1].Inode), (pair[1].PeerInode, pair[0].PeerInode));
    }

    [Fact]
    public void Mounts_are_what_proc_said()
    {
        IReadOnlyList<CheckpointMount> mounts = Read("a").Mounts!;
        var expected = Observed()[0].Mounts;
        Assert.Equal(expected.Keys.Order(), mounts.Select(mount => mount.Id).Order());
        Assert.All(mounts, mount => Assert.Equal(
            expected[mount.Id], (mount.ParentId, mount.MountPoint, mount.Root, mount.FileSystem!, mount.Source)));
        Assert.Contains(mounts, mount => mount is { MountPoint: "/tmpfs", FileSystem: "tmpfs" } && mount.Options.Contains("size=1024k", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_checkpointctl_tells_is_the_same()
    {
        CriuCheckpoint checkpoint = Read("a");
        using JsonDocument json = JsonDocument.Parse(await node.RunAsync($"checkpointctl inspect --all --format=json {ObservedContainer.Folder}/a.tar"));
        JsonElement told = json.RootElement[0];

        var processes = new List<(uint, uint, string)>();
        void Walk(JsonElement process, uint parent)
        {
            processes.Add((process.GetProperty("pid").GetUInt32(), parent, process.GetProperty("command").GetString()!));
            if (process.TryGetProperty("children", out JsonElement children))
            {
                foreach (JsonElement child in children.EnumerateArray())
                    Walk(child, process.GetProperty("pid").GetUInt32());
            }
        }

        Walk(told.GetProperty("process_tree"), 0);
        Assert.Equal(processes, checkpoint.Processes.Select(process => (process.Pid, process.ParentPid, process.Name)));

        foreach (JsonElement files in told.GetProperty("file_descriptors").EnumerateArray())
        {
            CheckpointProcess process = checkpoint.Processes.Single(process => process.Pid == files.GetProperty("pid").GetUInt32());
            Assert.Equal(
                [.. files.GetProperty("open_files").EnumerateArray().Select(file => (file.GetProperty("fd").GetString()!, file.GetProperty("path").GetString()!))],
                process.Files!.Select(file => As(file, process)).Append(("cwd", process.WorkingDirectory!)).Append(("root", process.RootDirectory!)));
        }

        foreach (JsonElement sockets in told.GetProperty("sockets").EnumerateArray())
        {
            CheckpointProcess process = checkpoint.Processes.Single(process => process.Pid == sockets.GetProperty("pid").GetUInt32());
            JsonElement[] theirs = [.. sockets.GetProperty("open_sockets").EnumerateArray().Select(socket => socket.GetProperty("data"))];
            Assert.Equal(theirs.Length, process.Sockets!.Count);
            Assert.All(theirs.Zip(process.Sockets), pair => AssertSame(pair.First, pair.Second));
        }

        // Theirs are those of spec.dump, of which a mount from outside has no type.
        foreach (JsonElement mount in told.GetProperty("mounts").EnumerateArray())
        {
            CheckpointMount ours = checkpoint.Mounts!.Single(ours => ours.MountPoint == mount.GetProperty("destination").GetString());
            string type = mount.GetProperty("type").GetString()!;
            Assert.True(type is "bind" or "cgroup" || type == ours.FileSystem, $"{ours.MountPoint}: {type}, {ours.FileSystem}");
        }

        JsonElement statistics = told.GetProperty("statistics");
        DumpStatistics dump = checkpoint.Dump!;
        Assert.Equal(
            (dump.FreezingMicroseconds, dump.FrozenMicroseconds, dump.MemoryDumpMicroseconds, dump.MemoryWriteMicroseconds, dump.PagesScanned, dump.PagesWritten),
            (Number("freezing_time"), Number("frozen_time"), Number("memdump_time"), Number("memwrite_time"), Number("pages_scanned"), (ulong)Number("pages_written")));
        uint Number(string name) => statistics.GetProperty(name).GetUInt32();
    }

    [Fact]
    public void Packed_archives_tell_the_same_and_one_process_and_file_more()
    {
        CriuCheckpoint before = Read("a"), after = Read("b");
        CheckpointProcess late = after.Processes.Single(process => process.Name == "late");
        Assert.Equal([.. before.Processes.Select(process => process.Pid), late.Pid], after.Processes.Select(process => process.Pid).Order());
        Assert.Equal(1u, late.ParentPid);
        Assert.Equal(before.Processes[0].CommandLine, late.CommandLine);
        Assert.Equal(before.Processes[0].Environment, after.Processes[0].Environment);
        Assert.Equal(["/data/later"], after.Processes[0].Files!.Select(file => file.Path).Except(before.Processes[0].Files!.Select(file => file.Path)));
    }

    [Fact]
    public void A_child_that_has_ended_is_told_as_such()
    {
        CriuCheckpoint checkpoint = Read("zombie");
        CheckpointProcess ended = checkpoint.Processes.Single(process => process.State != ProcessState.Alive);
        Assert.Equal((ProcessState.Dead, 1u, "observed"), (ended.State, ended.ParentPid, ended.Name));
        Assert.Null(ended.CommandLine);
        Assert.Equal(3, checkpoint.Processes.Count(process => process.CommandLine is ["/bin/observed", "zombie", "an argument", ""]));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void Text_in_memory_is_found_where_the_program_put_it(string name)
    {
        using CheckpointArchive archive = Open(name);
        var matches = new List<MemoryMatch>();
        Assert.True(archive.SearchMemory(1, MemoryPattern.Text("needle-in-memory"), 4, matches.Add));
        // The other one is the constant that the program copies it from.
        MemoryMatch match = Assert.Single(matches, match => match.Address == 0x700000000000 + 4096 - 6);
        Assert.Equal(4, match.Before.Length);
        matches.Clear();
        Assert.True(archive.SearchMemory(1, MemoryPattern.Regex("SECRET=[a-z]+"), 0, matches.Add));
        Assert.Contains(matches, match => match.Match.Span.SequenceEqual("SECRET=hush"u8));
        Assert.False(archive.SearchMemory(999, MemoryPattern.Text("x"), 0, matches.Add));
    }

    [Fact]
    public async Task Two_checkpoints_of_one_container_differ_by_what_it_did_between_them()
    {
        string agent = Path.Combine(AppContext.BaseDirectory, "checkpoint-agent");
        string a = node.PathOf($"{ObservedContainer.Folder}/a.tar"), b = node.PathOf($"{ObservedContainer.Folder}/b.tar");
        using JsonDocument json = JsonDocument.Parse(
            (await HostCommand.RunAsync(agent, ["archive", "diff", a, b, "-o", "json"], TimeSpan.FromMinutes(1))).OrThrow().Output);
        string late = Read("b").Processes.Single(process => process.Name == "late").Pid.ToString(CultureInfo.InvariantCulture);
        string[] Changes(string section) =>
            [.. json.RootElement.GetProperty(section).EnumerateArray().Select(change => $"{change.GetProperty("change").GetString()} {change.GetProperty("key").GetString()}")];

        Assert.Equal([$"appeared {late}"], Changes("processes"));
        Assert.Equal([$"appeared {late}"], Changes("memory").Where(change => !change.StartsWith("changed", StringComparison.Ordinal)));
        Assert.Equal(["appeared 1/24"], Changes("files").Where(change => !change.StartsWith($"appeared {late}/", StringComparison.Ordinal)));
        Assert.All(Changes("sockets"), change => Assert.StartsWith($"appeared {late}/", change, StringComparison.Ordinal));
        Assert.Empty(Changes("mounts"));
        Assert.Equal(["appeared data/later"], Changes("rootfs"));
        Assert.Contains("changed processes", Changes("metadata"));
    }

    // As go-criu names them: its words for the kinds, the kernel's numbers for pipes and Unix sockets, CRIU's for the others.
    private static (string, string) As(OpenFile file, CheckpointProcess process)
    {
        string type = file.Kind switch
        {
            OpenFileKind.Regular => "REG",
            OpenFileKind.InetSocket => "INETSK",
            OpenFileKind.UnixSocket => "UNIXSK",
            OpenFileKind.NetlinkSocket => "NETLINKSK",
            OpenFileKind.MemoryFd => "MEMFD",
            _ => file.Kind.ToString().ToUpperInvariant(),
        };
        string path = file.Kind switch
        {
            OpenFileKind.Regular => file.Path!,
            OpenFileKind.Pipe => file.Path!.Replace(":", "", StringComparison.Ordinal),
            OpenFileKind.UnixSocket => UnixPath(process.Sockets!.Single(socket => socket.Descriptor == file.Descriptor)),
            _ => $"{type}.{file.Id}",
        };
        return ($"{type} {file.Descriptor}", path);
    }

    private static string UnixPath(CheckpointSocket socket) => $"unix[{socket.Inode} ({socket.PeerInode ?? 0}) {RawName(socket)}]";

    // go-criu leaves the NUL before an abstract name and behind a path.
    private static string? RawName(CheckpointSocket socket) => socket.Name switch
    {
        null => null,
        ['@', .. var rest] => $"\0{rest}",
        var path => $"{path}\0",
    };

    private static void AssertSame(JsonElement theirs, CheckpointSocket ours)
    {
        if (ours.Family == SocketFamily.Unix)
        {
            Assert.Equal(("UNIX", RawName(ours)), (Word("type"), Word("address")));
        }
        else if (ours.Family is SocketFamily.Inet or SocketFamily.Inet6)
        {
            Assert.Equal((((ProtocolType)ours.Protocol).ToString().ToUpperInvariant(), ours.State.ToString()!.ToUpperInvariant()), (Word("type"), Word("state")));
            Assert.Equal((ours.LocalPort, ours.RemotePort ?? 0), (theirs.GetProperty("src_port").GetUInt32(), theirs.TryGetProperty("dst_port", out JsonElement port) ? port.GetUInt32() : 0));
            // Older checkpointctls turn the words of an IPv6 address round.
            if (ours.Family == SocketFamily.Inet)
                Assert.Equal((ours.LocalAddress, ours.RemoteAddress ?? "0.0.0.0"), (Word("src"), Word("dst")));
        }

        string? Word(string name) => theirs.TryGetProperty(name, out JsonElement word) ? word.GetString() : null;
    }

    private CheckpointArchive Open(string name) => CheckpointArchive.Open(node.PathOf($"{ObservedContainer.Folder}/{name}.tar"));

    private CriuCheckpoint Read(string name)
    {
        using CheckpointArchive archive = Open(name);
        return archive.ReadProcesses(Everything, TestContext.Current.CancellationToken);
    }

    private List<ObservedProcess> Observed() =>
        [.. Directory.GetDirectories(node.PathOf($"{ObservedContainer.Folder}/proc")).Select(folder => new ObservedProcess(folder)).OrderBy(process => process.Pid)];
}
