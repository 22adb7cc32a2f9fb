using System.Globalization;
using System.Text;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>
/// Freezes and thaws a container by its control group, as <c>runc pause</c> and <c>crun pause</c> do, who tell by the group whether a container is paused:
/// starting them for it would take longer than all the rest of what a container stands still for beside its dump.
/// </summary>
/// <param name="node">The node's files.</param>
/// <param name="file">The group's file.</param>
/// <param name="states">What is written to freeze and to thaw, and where and what is read once that is done.</param>
internal sealed class ContainerFreezer(RootDirectory node, RelativePath file, FreezerStates states)
{
    // The kernel stops at most as many processes as a container has, each when it leaves the kernel; it has no event for version 1.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private const int MaximumText = 4096;

    /// <summary>Finds a container's group; null where it cannot be told for sure, and the runtime has to be asked.</summary>
    /// <param name="node">The node's files.</param>
    /// <param name="container">The container.</param>
    /// <param name="pid">Its first process.</param>
    public static ContainerFreezer? Find(NodeRoot node, RunningContainer container, int pid)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(container);
        string[][] groups;
        try
        {
            groups = [.. File.ReadAllLines($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cgroup").Select(line => line.Split(':', 3)).Where(fields => fields.Length == 3)];
        }
        catch (IOException)
        {
            return null; // it ended meanwhile, which the dump will tell
        }
        CgroupMount[] mounts = [.. CgroupMount.Parse(File.ReadAllText("/proc/1/mountinfo"))];
        bool isOld = mounts.Any(mount => mount.Controllers == FreezerStates.Controller);
        if (mounts.FirstOrDefault(mount => mount.Controllers == (isOld ? FreezerStates.Controller : string.Empty)) is not { } hierarchy)
            return null;
        string? path = groups.FirstOrDefault(fields => fields[1] == hierarchy.Controllers)?[2];
        // A container may have groups of its own below the one that holds all of it, which bears the container's id.
        string[] parts = path?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];
        int own = Array.FindIndex(parts, part => part.Contains(container.Id.Id, StringComparison.Ordinal));
        if (own < 0 || parts.Contains(".."))
            return null;
        RelativePath folder = RelativePath.Parse($"{hierarchy.MountPoint}/{string.Join('/', parts[..(own + 1)])}");
        FreezerStates states = isOld ? FreezerStates.Old : FreezerStates.Unified;
        return node.Directory.Exists(folder.Append(states.File)) ? new ContainerFreezer(node.Directory, folder, states) : null;
    }

    /// <summary>Freezes all processes, and returns when the last one stands still.</summary>
    /// <exception cref="TimeoutException">One does not; all go on again.</exception>
    public async Task FreezeAsync()
    {
        try
        {
            await SetAsync(states.Freeze, states.Frozen);
        }
        catch (TimeoutException)
        {
            Write(states.Thaw);
            throw;
        }
    }

    /// <summary>Lets all processes go on.</summary>
    /// <exception cref="TimeoutException">They do not.</exception>
    public Task ThawAsync() => SetAsync(states.Thaw, states.Thawed);

    private async Task SetAsync(string written, string expected)
    {
        long start = TimeProvider.System.GetTimestamp();
        Write(written);
        while (!Read().Split('\n').Contains(expected, StringComparer.Ordinal))
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
                throw new TimeoutException($"the control group {file} is not \"{expected}\" {Limit.TotalSeconds} s after \"{written}\" was written to its {states.File}");
            await Task.Delay(Pause);
        }
    }

    private void Write(string state)
    {
        using SafeFileHandle handle = node.OpenFile(file.Append(states.File), FileAccess.Write);
        RandomAccess.Write(handle, Encoding.ASCII.GetBytes(state), 0);
    }

    private string Read()
    {
        using SafeFileHandle handle = node.OpenFile(file.Append(states.Answer));
        byte[] text = new byte[MaximumText];
        return Encoding.ASCII.GetString(text, 0, RandomAccess.Read(handle, text, 0));
    }
}
