using System.Globalization;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Sees that a container's processes stand still. The kernel takes its time to stop them, and crun, unlike runc, does not wait for it.</summary>
/// <param name="node">The node's files.</param>
/// <param name="time">The clock.</param>
public sealed class FrozenState(NodeRoot node, TimeProvider time)
{
    private const string Freezer = "freezer";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    /// <summary>Waits until the control group of a process is frozen; at once where the node does not tell of it.</summary>
    /// <param name="pid">The container's first process, by its id on the node.</param>
    /// <exception cref="OciRuntimeException">It is not frozen in 10 s.</exception>
    public async Task AwaitAsync(int pid)
    {
        RelativePath[] files = [.. FilesOf(pid).Where(node.Directory.Exists)];
        long start = time.GetTimestamp();
        while (files.Length > 0 && !files.Any(IsFrozen))
        {
            if (time.GetElapsedTime(start) > Limit)
                throw new OciRuntimeException($"the runtime has paused the container, but {string.Join(" and ", files)} did not say so within {Limit.TotalSeconds} s: a process of it may be stuck in the kernel");
            await Task.Delay(Interval, time);
        }
    }

    // Of a machine with both versions of control groups, either may be the one that the runtime uses.
    private IEnumerable<RelativePath> FilesOf(int pid)
    {
        CgroupMount[] mounts = [.. CgroupMount.Parse(Read(RelativePath.Parse("proc/1/mountinfo")))];
        foreach (string line in Read(RelativePath.Parse(string.Create(CultureInfo.InvariantCulture, $"proc/{pid}/cgroup"))).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // "6:freezer:/kubepods/pod1/c" and "0::/kubepods/pod1/c"
            if (line.Split(':', 3) is [_, Freezer or "", { } group] fields && mounts.FirstOrDefault(mount => mount.Controllers == fields[1]) is { } mount
                && group.StartsWith(mount.Root, StringComparison.Ordinal)
                && RelativePath.TryParse($"{mount.MountPoint}/{group[mount.Root.Length..]}/{(fields[1] == Freezer ? "freezer.state" : "cgroup.events")}", out RelativePath file))
            {
                yield return file;
            }
        }
    }

    private bool IsFrozen(RelativePath file) => Read(file) is var text && (text.StartsWith("FROZEN", StringComparison.Ordinal) || text.Contains("frozen 1", StringComparison.Ordinal));

    // What the kernel makes up on reading has no length beforehand.
    private string Read(RelativePath file)
    {
        using var reader = new StreamReader(new FileStream(node.Directory.OpenFile(file), FileAccess.Read, bufferSize: 0));
        return reader.ReadToEnd();
    }
}
