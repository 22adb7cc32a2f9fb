using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.NodeAgent.Interop;

using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>
/// A thread of this process that stands in the node: in pid 1's namespaces and out of the Pod's control groups. What it starts is one of the node's own
/// processes from its first instruction on, in a session of its own: it survives the end of the agent, so a dump is never cut in the middle. A
/// program that is started so costs a millisecond; one that this binary had to be started for first cost twenty.
/// </summary>
/// <param name="init">A process in the node's namespaces.</param>
internal sealed class NodeThread(int init) : IDisposable
{
    private const int NodeNamespaces =
        Libc.CLONE_NEWNS | Libc.CLONE_NEWNET | Libc.CLONE_NEWIPC | Libc.CLONE_NEWUTS | Libc.CLONE_NEWCGROUP;

    // Enough for posix_spawn and a path's look-up.
    private const int StackSize = 256 * 1024;

    /// <summary>The folders in which programs are looked for by name.</summary>
    public static readonly string[] SearchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    // What a service of the node sees; nothing of the Pod's environment (its tokens, its proxies) is handed on.
    private static readonly string?[] NodeEnvironment = [$"PATH={string.Join(':', SearchPath)}", "HOME=/root", "LANG=C.UTF-8", null];

    private readonly BlockingCollection<Action> _work = [];
    private readonly Lock _gate = new();
    private Thread? _thread;
    private string? _unified;
    private RootDirectory? _group;
    private bool _entered;

    /// <summary>
    /// Starts a program of the node; takes about a millisecond. A thread is born where its creator stands, so the node's thread makes none: it queues no
    /// task, to which the pool might add a worker, and the program is followed from the caller's thread.
    /// </summary>
    /// <param name="command">The program.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It could not be started, or this process may not enter the node.</exception>
    /// <exception cref="IOException">There is no such program, or its output cannot be opened.</exception>
    public SessionProcess Start(NodeCommand command)
    {
        using var done = new ManualResetEventSlim();
        SpawnedProcess? spawned = null;
        ExceptionDispatchInfo? failure = null;
        _work.Add(() =>
        {
            try
            {
                spawned = Spawn(command);
            }
            catch (Exception failed)
            {
                // It is the caller's to judge.
                failure = ExceptionDispatchInfo.Capture(failed);
            }
            done.Set();
        });
        lock (_gate)
        {
            if (_thread is null)
            {
                _thread = new Thread(Run, StackSize) { IsBackground = true, Name = "node" };
                _thread.Start();
            }
        }
        done.Wait();
        failure?.Throw();
        return SessionProcess.Follow(spawned!);
    }

    /// <inheritdoc/>
    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        using BlockingCollection<Action> work = _work;
        foreach (Action start in work.GetConsumingEnumerable())
            start();
        _group?.Dispose();
    }

    private SpawnedProcess Spawn(NodeCommand command)
    {
        Enter();
        using SafeFileHandle? output = command.OutputFile is { } path ? File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite) : null;
        SpawnedProcess process = SessionProcess.Spawn(
            Find(command.Program), command.Arguments, new SessionSettings { Environment = NodeEnvironment, Output = output, ControlGroup = _group?.Handle, KeepGroup = true });
        // A C library that is too old to have it born there.
        if (_unified is not null && _group is null)
            MoveInto(_unified, process.Id);
        return process;
    }

    // Once for the thread's life. What fails is tried again with the next program.
    private void Enter()
    {
        if (_entered)
            return;
        // The kernel lets only a thread with a file system context of its own change its mount namespace.
        if (Libc.unshare(Libc.CLONE_FS) != 0)
            throw Errno.Exception("unshare(CLONE_FS)");
        using SafeHandle node = Libc.pidfd_open(init);
        if (node.IsInvalid)
            throw Errno.Exception($"pidfd_open({init})");
        if (Libc.setns(node, NodeNamespaces) != 0)
            throw Errno.Exception("cannot enter the node's namespaces (the agent needs hostPID and CAP_SYS_ADMIN)");
        if (Libc.chdir("/") != 0)
            throw Errno.Exception("chdir(/)");
        LeaveControlGroups();
        _entered = true;
    }

    // Of version 1 a thread leaves alone, and what it starts is born where it stands; of version 2 only a process has a group, so its children are given one.
    private void LeaveControlGroups()
    {
        string ofInit = File.ReadAllText($"/proc/{init.ToString(CultureInfo.InvariantCulture)}/cgroup");
        foreach (CgroupMount mount in CgroupMount.Parse(File.ReadAllText("/proc/thread-self/mountinfo")))
        {
            string group = mount.MountPoint + ControlGroupOf(ofInit, mount.Controllers);
            if (mount.Controllers.Length == 0)
            {
                // Only the hierarchy's true root has no type; a node within a container has none of its own, and joins pid 1.
                _unified = File.Exists($"{mount.MountPoint}/cgroup.type") ? group : mount.MountPoint;
                _group = SessionSettings.CanChooseControlGroup ? RootDirectory.Open(_unified) : null;
            }
            else if (!TryJoin(mount.MountPoint) && !TryJoin(group))
            {
                throw new IOException($"cannot move into {group}: the kernel holds it busy");
            }
        }
    }

    private static void MoveInto(string group, int pid)
    {
        try
        {
            File.WriteAllText($"{group}/cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException ended) when ((ended.HResult & 0xffff) == Errno.ESRCH)
        {
            // It was that short.
        }
    }

    private static bool TryJoin(string group)
    {
        try
        {
            File.WriteAllText($"{group}/tasks", "0");
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

    private static string Find(string program) => program.Contains('/', StringComparison.Ordinal)
        ? program
        : SearchPath.Select(folder => $"{folder}/{program}").FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"{program} is not in {string.Join(", ", SearchPath)} of the node: install its package there");
}
