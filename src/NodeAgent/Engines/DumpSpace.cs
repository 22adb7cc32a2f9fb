using System.Globalization;

using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>
/// Compares the space that a checkpoint takes at least with what is free, before the container is frozen for one that cannot end well: its memory once as CRIU's images and
/// once more in the archive, and the files that go there.
/// </summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where images and archives are written.</param>
public sealed class DumpSpace(NodeRoot node, IOptions<AgentOptions> options)
{
    private const string Anonymous = "RssAnon:";
    private const string Swapped = "VmSwap:";

    // What a disk that took no more may still have free, as a file that did not fit is cut.
    private const long Remnant = 1024 * 1024;

    /// <summary>Whether the disk that takes CRIU's images is full.</summary>
    public bool IsUsedUp => node.AvailableBytes(options.Value.Work) < Remnant;

    /// <summary>Fails where there is too little.</summary>
    /// <param name="container">The container's name, for the message.</param>
    /// <param name="pid">Its first process.</param>
    /// <param name="files">Bytes of changed files and volumes that go into the archive.</param>
    /// <exception cref="CheckpointFailedException">DiskFull.</exception>
    public void Require(string container, int pid, long files)
    {
        long memory = MemoryOf(pid);
        if (node.IsOneFileSystem(options.Value.Work, options.Value.Store))
        {
            Require(options.Value.Store, (2 * memory) + files, $"its {memory} bytes of memory once as CRIU's images and once more in the archive, and {files} bytes of changed files and volumes");
            return;
        }
        Require(options.Value.Work, memory, "its memory as CRIU's images");
        Require(options.Value.Store, memory + files, $"its {memory} bytes of memory and {files} bytes of changed files and volumes");

        void Require(string folder, long needed, string what)
        {
            if (node.AvailableBytes(folder) is { } free && free < needed)
            {
                throw new CheckpointFailedException(
                    StorageFault.Full.Reason, $"container {container} takes at least {needed} bytes in {folder}, {what}, and {free} are free there: {StorageFault.Full.Advice}");
            }
        }
    }

    /// <summary>Private memory of a process and all that it started, in bytes: CRIU dumps it process by process.</summary>
    /// <param name="pid">The process.</param>
    internal static long MemoryOf(int pid)
    {
        long bytes = 0;
        var pids = new Stack<int>([pid]);
        while (pids.TryPop(out int next))
        {
            try
            {
                bytes += File.ReadLines($"/proc/{next}/status").Where(line => line.StartsWith(Anonymous, StringComparison.Ordinal) || line.StartsWith(Swapped, StringComparison.Ordinal)).Sum(Bytes);
                foreach (string task in Directory.EnumerateDirectories($"/proc/{next}/task"))
                {
                    foreach (string child in File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                        pids.Push(int.Parse(child, CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }
        return bytes;
    }

    // "RssAnon:	    1234 kB"
    private static long Bytes(string line) => 1024 * long.Parse(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..^"kB".Length].Trim(), CultureInfo.InvariantCulture);
}
