using System.Diagnostics;
using CheckpointOperator.Node.Tests.Node;

[assembly: AssemblyFixture(typeof(NodeFixture))]

namespace CheckpointOperator.Node.Tests.Node;

/// <summary>
/// A node without Kubernetes: real CRIU, runc, crun, podman and containerd in a root folder of Debian packages, in namespaces of its own. The folder is that
/// in CHECKPOINT_OPERATOR_NODE_ROOT, otherwise the one that eng/cluster makes; what tests write lies in memory over it.
/// </summary>
public sealed class NodeFixture : IAsyncLifetime
{
    private const string Environment = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root PODMAN_IGNORE_CGROUPSV1_WARNING=1";

    // $1 is the root folder. What overlays and containers need is on tmpfs, because an overlay cannot lie on an overlay.
    private const string Init = """
        set -eu
        root=$1
        mount -t tmpfs tmpfs /mnt
        mkdir /mnt/upper /mnt/work /mnt/node
        mount -t overlay overlay -o "lowerdir=$root,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/node
        cd /mnt/node
        mkdir -p old proc sys dev run tmp var/lib/containerd var/lib/containers etc/containerd
        mount -t proc proc proc
        mount --rbind /sys sys
        mount --rbind /dev dev
        for folder in run tmp var/lib/containerd var/lib/containers; do mount -t tmpfs -o mode=755 tmpfs $folder; done
        chmod 1777 tmp
        pivot_root . old
        cd /
        umount -l /old
        # crun refuses a mixture of both versions of cgroups.
        if [ -e /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi
        mount --make-rshared /
        ip link set lo up
        echo ready
        exec tini -- sleep infinity
        """;

    // CRIU restores what the unified hierarchy of a machine with both versions of cgroups lets below, so containers start in a folder of their own there.
    private const string InOwnCgroup = """
        folder=/sys/fs/cgroup/unified/checkpoint-operator-node-tests
        if [ -d /sys/fs/cgroup/unified ]; then mkdir -p $folder; echo $$ > $folder/cgroup.procs; fi
        exec nsenter "$@"
        """;

    private const string RemoveCgroups = "find /sys/fs/cgroup -depth -type d -path '*/checkpoint-operator-node-tests*' -exec rmdir {} + 2> /dev/null; true";

    private Process? _init;

    /// <summary>The pid of the node's first process.</summary>
    public int Pid { get; private set; }

    /// <summary>The node's root folder, as this process reaches it.</summary>
    public string Root => $"/proc/{Pid}/root";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Assert.True(System.Environment.UserName == "root", "the node tier needs root, for CRIU: run it as root");
        string root = System.Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_NODE_ROOT") is { Length: > 0 } given
            ? given
            : (await HostCommand.RunAsync(Path.Combine(RepositoryFolder.Path, "eng/cluster"), ["node-root"], TimeSpan.FromMinutes(10))).OrThrow().Output.Trim();
        _init = HostCommand.Start(
            "unshare", ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--propagation", "private", "/bin/sh", "-c", Init, "init", root]);
        string? ready = await _init.StandardOutput.ReadLineAsync();
        if (ready != "ready")
            throw new InvalidOperationException($"the node did not start: {await _init.StandardError.ReadToEndAsync()}");
        Pid = int.Parse((await File.ReadAllTextAsync($"/proc/{_init.Id}/task/{_init.Id}/children")).Trim(), null);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_init is null)
            return;
        // The kernel ends all that runs in a pid namespace with its first process.
        _init.Kill();
        await _init.WaitForExitAsync();
        _init.Dispose();
        await HostCommand.RunAsync("/bin/sh", ["-c", RemoveCgroups], TimeSpan.FromMinutes(1));
    }

    /// <summary>Runs a shell script in the node, to its end.</summary>
    public Task<CommandResult> TryAsync(string script, TimeSpan? limit = null) => HostCommand.RunAsync("/bin/sh", Enter(script), limit ?? TimeSpan.FromMinutes(2));

    /// <summary>Runs a shell script in the node, which must succeed, and returns its output.</summary>
    public async Task<string> RunAsync(string script, TimeSpan? limit = null) => (await TryAsync(script, limit)).OrThrow().Output;

    /// <summary>Starts a shell script in the node.</summary>
    public Process Start(string script) => HostCommand.Start("/bin/sh", Enter(script));

    /// <summary>A path of the node as this process reaches it.</summary>
    public string PathOf(string nodePath) => Root + nodePath;

    private string[] Enter(string script) =>
        ["-c", InOwnCgroup, "node", "--target", $"{Pid}", "--mount", "--pid", "--net", "--ipc", "--uts", "--wdns=/root", "env", "-i", .. Environment.Split(' '), "/bin/sh", "-c", script];
}
