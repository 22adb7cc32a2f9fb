using System.Text;
using System.Text.RegularExpressions;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>CRIU's configuration file for a dump: the options that runtimes have none for.</summary>
internal static partial class DumpOptions
{
    // A connection that the program has not accepted yet (a probe's, a client's) must not spoil the checkpoint: it stays with the source.
    private const string InFlight = "skip-in-flight\n";

    /// <summary>
    /// Tells CRIU where to look for what programs watch by inotify: an overlay gives no file by its handle, so that CRIU has to search the tree for the
    /// watched inode. It does so only for a watch that it cannot name otherwise.
    /// </summary>
    /// <param name="node">The node's files.</param>
    /// <param name="container">The container.</param>
    public static byte[] Write(NodeRoot node, RunningContainer container)
    {
        using RootDirectory root = node.OpenDirectory(container.RootFs);
        // What is mounted is no part of the overlay, and may be /proc or as large as a volume.
        HashSet<string> mounted = [.. (container.Spec.Mounts ?? []).Select(mount => mount.Destination.Trim('/'))];
        IEnumerable<string> searched = root.List()
            .Where(entry => root.Stat(entry.Path)?.Type == FileType.Directory)
            .Select(entry => entry.Path.ToString())
            // The container names its own folders, and this file has an option in each line.
            .Where(name => !mounted.Contains(name) && Harmless().IsMatch(name))
            .Order(StringComparer.Ordinal);
        return Encoding.ASCII.GetBytes(InFlight + string.Concat(searched.Select(name => $"irmap-scan-path /{name}\n")));
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]*\z")]
    private static partial Regex Harmless();
}
