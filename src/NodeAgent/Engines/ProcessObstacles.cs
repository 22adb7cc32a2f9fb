using System.Globalization;

using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>
/// Processes that keep CRIU waiting instead of failing. A stopped one cannot be seized once the freezer of control groups of version 1 has it: the kernel
/// waits for it to move (PTRACE_SEIZE, JOBCTL_TRAPPING), which it must not. One that another process traces cannot be seized at all, which CRIU takes for
/// the end of a process and tries for ten seconds.
/// </summary>
internal static class ProcessObstacles
{
    private const string Processes = "/proc";

    /// <summary>Fails where something is in CRIU's way. Before anything is frozen: CRIU would keep the container frozen until the time limit.</summary>
    /// <param name="container">The container's name, for the message.</param>
    /// <param name="pid">Its first process.</param>
    /// <exception cref="CheckpointFailedException">CheckpointFailed: what it is, and what to do about it.</exception>
    public static void Refuse(string container, int pid)
    {
        if (Find(Processes, pid, NodeFacts.Cgroup() == "v1") is { } obstacle)
            throw new CheckpointFailedException(CheckpointFailedException.CheckpointFailed, $"CRIU cannot dump container {container}: {obstacle}");
    }

    /// <summary>What is in CRIU's way below a /proc, and what to do about it; null for nothing.</summary>
    /// <param name="processes">The folder.</param>
    /// <param name="pid">The container's first process.</param>
    /// <param name="stoppedToo">Whether stopped processes are.</param>
    internal static string? Find(string processes, int pid, bool stoppedToo)
    {
        var left = new Stack<int>([pid]);
        while (left.TryPop(out int next))
        {
            try
            {
                if (Look(processes, next, stoppedToo) is { } obstacle)
                    return obstacle;
                foreach (string thread in Directory.EnumerateDirectories($"{processes}/{next}/task"))
                {
                    foreach (string child in File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                        left.Push(int.Parse(child, CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }
        return null;
    }

    private static string? Look(string processes, int pid, bool stoppedToo)
    {
        Dictionary<string, string> status = File.ReadLines($"{processes}/{pid}/status")
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .DistinctBy(parts => parts[0])
            .ToDictionary(parts => parts[0], parts => parts[1].Trim());
        string process = $"process {status.GetValueOrDefault("NSpid", $"{pid}").Split('\t')[^1]} ({status.GetValueOrDefault("Name")})";
        if (status.GetValueOrDefault("TracerPid", "0") != "0")
            return $"{process} is traced by another process, a debugger or strace: detach it first";
        return stoppedToo && status.GetValueOrDefault("State", string.Empty).StartsWith('T')
            ? $"{process} is stopped, which CRIU cannot take on a node with control groups of version 1: let it go on first (kill -CONT)"
            : null;
    }
}
