using System.Globalization;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What CRIU's images say, as a tree for people.</summary>
internal static class ProcessesText
{
    /// <summary>Makes the text.</summary>
    public static string Of(ArchiveMetadata metadata, CriuCheckpoint checkpoint)
    {
        var tree = new TextTree(Safe($"{metadata.Container ?? metadata.ContainerId} ({metadata.Image}, {metadata.Runtime})"));
        Processes(tree.Add("processes"), checkpoint.Processes);
        if (checkpoint.Mounts is { } mounts)
        {
            var node = tree.Add("mounts");
            foreach (var mount in mounts.OrderBy(mount => mount.MountPoint, StringComparer.Ordinal))
                node.Add(Mount(mount));
        }

        if (checkpoint.Dump is { } dump)
        {
            var node = tree.Add("dump");
            node.Add($"freezing {Time(dump.FreezingMicroseconds)}, frozen {Time(dump.FrozenMicroseconds)}");
            node.Add($"memory taken in {Time(dump.MemoryDumpMicroseconds)}, written in {Time(dump.MemoryWriteMicroseconds)}");
            node.Add(Invariant($"pages {dump.PagesScanned} scanned, {dump.PagesWritten} written, {dump.PagesSkippedParent} in the parent, {dump.PagesLazy} lazy"));
            node.Add(Invariant(
                $"shared pages {dump.SharedPagesScanned} scanned, {dump.SharedPagesWritten} written, {dump.SharedPagesSkippedParent} in the parent"));
        }

        if (checkpoint.Restore is { } restore)
        {
            var node = tree.Add("restore");
            node.Add($"forking {Time(restore.ForkingMicroseconds)}, whole {Time(restore.RestoreMicroseconds)}");
            node.Add(Invariant($"pages {restore.PagesRestored} restored, {restore.PagesCompared} compared, {restore.PagesSkippedCopyOnWrite} still shared"));
        }

        return tree.ToString();
    }

    /// <summary>One process, without what belongs to it.</summary>
    public static string Line(CheckpointProcess process) => process.CommandLine is { Count: > 0 } command
        ? Invariant($"{process.Pid} {Safe(process.Name)}: {TerminalText.Words(command)}")
        : Invariant($"{process.Pid} {Safe(process.Name)}");

    /// <summary>One open file.</summary>
    public static string Line(OpenFile file) => Invariant($"{file.Descriptor} {file.Kind} {Safe(file.Path ?? "")}").TrimEnd() + Invariant(
        $" (flags 0{Convert.ToString(file.Flags, 8)}{(file.Position is { } position ? $", position {position}" : "")}{(file.CloseOnExec ? ", close-on-exec" : "")})");

    /// <summary>One socket.</summary>
    public static string Line(CheckpointSocket socket)
    {
        var name = socket.Family switch
        {
            SocketFamily.Inet => $"{Protocol(socket)} {socket.LocalAddress}:{socket.LocalPort}",
            SocketFamily.Inet6 => $"{Protocol(socket)} [{socket.LocalAddress}]:{socket.LocalPort}",
            SocketFamily.Unix => $"Unix {socket.Type} {Safe(socket.Name ?? "unnamed")}",
            _ => $"{socket.Family} protocol {socket.Protocol}",
        };
        var peer = socket.RemoteAddress is { } remote
            ? socket.Family == SocketFamily.Inet6 ? $" to [{remote}]:{socket.RemotePort}" : $" to {remote}:{socket.RemotePort}"
            : socket.PeerInode is { } inode ? $" to socket:[{inode}]" : "";
        return Invariant($"{socket.Descriptor} {name}{peer}{(socket.State is { } state ? $" {state}" : "")}");
    }

    /// <summary>One mount.</summary>
    public static string Mount(CheckpointMount mount) =>
        Safe($"{mount.MountPoint} {mount.FileSystem ?? "from outside"} {mount.Source}{(mount.Root == "/" ? "" : $" {mount.Root}")}")
        + (mount.Options.Length > 0 ? Safe($" ({mount.Options})") : "");

    private static void Processes(TextTree tree, IReadOnlyList<CheckpointProcess> processes)
    {
        var nodes = new Dictionary<uint, TextTree>();
        foreach (var process in processes)
        {
            var node = nodes.GetValueOrDefault(process.ParentPid, tree).Add(Line(process));
            nodes.Add(process.Pid, node);
            if (process.State != ProcessState.Alive)
                node.Add($"state {process.State}");
            if (process.Threads.Count > 1)
                node.Add(Invariant($"threads {string.Join(' ', process.Threads)}"));
            if (process.Memory is { } memory)
            {
                node.Add(Invariant(
                    $"memory {memory.DumpedBytes} bytes dumped of {memory.MappedBytes} mapped ({memory.AnonymousBytes} anonymous, {memory.PrivateFileBytes} of files, {memory.SharedBytes} shared)"));
            }

            List(node, "environment", process.Environment, Safe);
            List(node, "files", process.Files, Line);
            if (process.Files is not null)
                node.Add(Safe($"working directory {process.WorkingDirectory}, root {process.RootDirectory}, program {process.Executable}"));
            List(node, "sockets", process.Sockets, Line);
        }
    }

    private static void List<T>(TextTree tree, string name, IReadOnlyList<T>? items, Func<T, string> line)
    {
        if (items is not { Count: > 0 })
            return;
        var node = tree.Add(name);
        foreach (var item in items)
            node.Add(line(item));
    }

    private static string Protocol(CheckpointSocket socket) => ((System.Net.Sockets.ProtocolType)socket.Protocol).ToString().ToUpperInvariant();

    private static string Time(uint microseconds) => Invariant($"{microseconds / 1000.0} ms");

    private static string Safe(string text) => TerminalText.Of(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
