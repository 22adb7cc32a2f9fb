using System.Globalization;
using System.Runtime.InteropServices;

using CheckpointOperator.NodeAgent.Interop;

namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>
/// Turns this process into one of the node's own: out of the Pod's control groups, into pid 1's namespaces, in a session of its own.
/// What it then runs survives the end of the agent, so a dump is never cut in the middle.
/// </summary>
internal static class NodeLauncher
{
    private const int NodeInit = 1;
    private const int NodeNamespaces =
        Libc.CLONE_NEWNS | Libc.CLONE_NEWNET | Libc.CLONE_NEWIPC | Libc.CLONE_NEWUTS | Libc.CLONE_NEWCGROUP;

    /// <summary>The folders in which programs are looked for by name.</summary>
    public static readonly string[] SearchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    // What a service of the node sees; nothing of the Pod's environment (its tokens, its proxies) is handed on.
    private static readonly string[] Environment = [$"PATH={string.Join(':', SearchPath)}", "HOME=/root", "LANG=C.UTF-8"];

    /// <summary>Becomes the program; returns only by an exception.</summary>
    /// <param name="program">A path on the node, or a name to look for in the node's standard folders.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="output">A file on the node that takes its output and errors, or null to keep those of this process.</param>
    public static void Become(string program, IReadOnlyList<string> arguments, string? output)
    {
        EnterNode();
        LeaveControlGroups();
        // A child of the agent leads no process group, so this fails only for a launch by hand from a shell.
        if (Libc.setsid() < 0)
            throw Errno.Exception("setsid (is this command run by hand?)");
        if (output is not null)
            Redirect(output);
        // .NET ignores SIGPIPE, and what is ignored stays so across execve.
        Libc.signal(Libc.SIGPIPE, Libc.SIG_DFL);
        string path = Find(program);
        _ = Libc.execve(path, [path, .. arguments, null], [.. Environment, null]);
        throw Errno.Exception($"cannot run {path} on the node");
    }

    private static void EnterNode()
    {
        // The kernel lets only a thread with a file system context of its own change its mount namespace.
        if (Libc.unshare(Libc.CLONE_FS) != 0)
            throw Errno.Exception("unshare(CLONE_FS)");
        using SafeHandle init = Libc.pidfd_open(NodeInit);
        if (init.IsInvalid)
            throw Errno.Exception("pidfd_open(1)");
        if (Libc.setns(init, NodeNamespaces) != 0)
            throw Errno.Exception("cannot enter the node's namespaces (the agent needs hostPID and CAP_SYS_ADMIN)");
        if (Libc.chdir("/") != 0)
            throw Errno.Exception("chdir(/)");
    }

    private static void LeaveControlGroups()
    {
        string ofInit = File.ReadAllText($"/proc/{NodeInit.ToString(CultureInfo.InvariantCulture)}/cgroup");
        foreach (CgroupMount mount in CgroupMount.Parse(File.ReadAllText("/proc/self/mountinfo")))
        {
            if (TryJoin(mount.MountPoint))
                continue;
            // A hierarchy whose mounted root is no true root (a node within a container) takes no process there: join pid 1.
            string group = ControlGroupOf(ofInit, mount.Controllers);
            if (!TryJoin(mount.MountPoint + group))
                throw new IOException($"cannot move into {mount.MountPoint}{group}: the kernel holds it busy");
        }
    }

    private static bool TryJoin(string group)
    {
        try
        {
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), "0");
            return true;
        }
        catch (IOException busy) when ((busy.HResult & 0xffff) == Errno.EBUSY)
        {
            return false;
        }
    }

    private static string ControlGroupOf(string cgroups, string controllers) => cgroups.Split('\n')
        .Select(line => line.Split(':', 3))
        .Where(fields => fields.Length == 3 && fields[1] == controllers)
        .Select(fields => fields[2]).FirstOrDefault("/");

    private static void Redirect(string output)
    {
        using SafeHandle file = File.OpenHandle(output, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        for (int standard = 1; standard <= 2; standard++)
        {
            if (Libc.dup2(file, standard) < 0)
                throw Errno.Exception($"cannot redirect output to {output}");
        }
    }

    private static string Find(string program) => program.Contains('/', StringComparison.Ordinal)
        ? program
        : SearchPath.Select(folder => $"{folder}/{program}").FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"{program} is not in {string.Join(", ", SearchPath)} of the node: install its package there");
}
