using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Kubelet;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.RuntimeHandler;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>Finds out what the node can do.</summary>
/// <param name="runtimes">Asks OCI runtimes and CRIU.</param>
/// <param name="processes">Runs programs of the node.</param>
/// <param name="kubelet">Asks the kubelet.</param>
/// <param name="node">The node's files.</param>
/// <param name="store">Counts archives.</param>
/// <param name="options">What to ask.</param>
internal sealed class NodeProbe(
    OciRuntimeProbe runtimes, INodeProcesses processes, KubeletCheckpointApi kubelet, NodeRoot node, ArchiveStore store, IOptions<AgentOptions> options)
{
    // 4.1 is the first that works on kernels from 6.13 on (4.2 where sockets are dumped on 6.16); 3.16 is what restoring into a Pod's namespaces needs anywhere.
    private static readonly Version OldestCriu = new(3, 16);

    private static readonly RuntimeHandlerOptions Handler = new();

    // What the object's schema takes.
    private const int LongestComplaint = 1024;

    /// <summary>Everything that a CheckpointNode tells, but its conditions and heartbeat.</summary>
    public async Task<CheckpointNodeStatus> ProbeAsync(CancellationToken cancellationToken)
    {
        CriuReport? criu = await runtimes.ProbeCriuAsync(cancellationToken: cancellationToken);
        StoreTotals totals = store.Total();
        KubeletProbe api = await kubelet.ProbeAsync(cancellationToken);
        return new CheckpointNodeStatus
        {
            Runtimes = await RuntimesAsync(cancellationToken),
            Criu = new NodeCriu { Version = criu?.Version, Ok = IsUsable(criu), Message = Complaint(criu) },
            Kubelet = new NodeKubelet { Version = await KubeletVersionAsync(cancellationToken), CheckpointApi = api.Available, Message = api.Message },
            ContainerEngine = await ContainerEngineAsync(cancellationToken),
            RestoreRuntime = new NodeRestoreRuntime { Installed = await IsHandlerInstalledAsync(cancellationToken), Handler = RuntimeHandlerOptions.Handler },
            Cpu = NodeFacts.Cpu(),
            Arch = NodeFacts.Arch,
            PageSize = Environment.SystemPageSize,
            Kernel = NodeFacts.Kernel,
            Cgroup = NodeFacts.Cgroup(),
            Selinux = NodeFacts.SELinux(),
            Storage = new NodeStorage
            {
                ArchivesAvailableBytes = node.AvailableBytes(options.Value.Store),
                VolumesAvailableBytes = node.AvailableBytes(options.Value.KubeletRoot),
            },
            Archives = new NodeArchives { Count = totals.Count, Bytes = totals.Bytes },
            AgentVersion = AgentVersion.Current,
        };
    }

    /// <summary>Lets runtimes and CRIU be asked anew, for a node that lacked something: not all that mends it shows in a program's file.</summary>
    public void Forget() => runtimes.Forget();

    // A check that did not end in time says nothing.
    private static bool IsUsable(CriuReport? criu) =>
        Version.TryParse(criu?.Version, out Version? version) && version >= OldestCriu && criu?.Check is not { Passed: false };

    private static string? Complaint(CriuReport? criu)
    {
        if (criu?.Check is not { Passed: false } failed)
            return null;
        string text = string.Join("; ", failed.Problems);
        return text.Length <= LongestComplaint ? text : text[..LongestComplaint];
    }

    private async Task<List<NodeRuntime>> RuntimesAsync(CancellationToken cancellationToken)
    {
        var found = new List<NodeRuntime>();
        foreach (string path in options.Value.Runtimes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (await runtimes.ProbeAsync(path, cancellationToken) is not { Version: not null } report)
                continue;
            found.Add(new NodeRuntime
            {
                Name = report.Name,
                Path = report.Path,
                Version = report.Version,
                Checkpoint = report.Checkpoint,
                PodRestore = report.PodRestore,
            });
        }
        return found;
    }

    // "Kubernetes v1.20.2"
    private async Task<string?> KubeletVersionAsync(CancellationToken cancellationToken) =>
        (await OutputAsync("kubelet", ["--version"], cancellationToken))?.Split(' ').LastOrDefault()?.Trim();

    // "crio version 1.37.0", "containerd github.com/containerd/containerd 1.7.24 …"
    private async Task<string?> ContainerEngineAsync(CancellationToken cancellationToken)
    {
        if (CriO.Runs(node.Directory, Handler))
            return (await OutputAsync(Handler.CriO, ["--version"], cancellationToken))?.Split('\n')[0].Split(' ') is [_, _, { } crio] ? $"cri-o://{crio.Trim()}" : null;
        return (await OutputAsync("containerd", ["--version"], cancellationToken))?.Split(' ') is [_, _, { } version, ..] ? $"containerd://{version.Trim()}" : null;
    }

    private async Task<bool> IsHandlerInstalledAsync(CancellationToken cancellationToken) =>
        node.Directory.Exists(RelativePath.Parse(Handler.InstalledProgram))
        && (CriO.Runs(node.Directory, Handler) ? await IsKnownToCriOAsync(cancellationToken) : await IsKnownToContainerdAsync(cancellationToken));

    private async Task<bool> IsKnownToCriOAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await new CriO(processes, Handler).ReadAsync(cancellationToken)).Program == Handler.InstalledProgram;
        }
        catch (Exception silent) when (silent is RuntimeHandlerException or TimeoutException)
        {
            return false;
        }
    }

    private async Task<bool> IsKnownToContainerdAsync(CancellationToken cancellationToken) =>
        (await OutputAsync("containerd", ["--config", options.Value.ContainerdConfig, "config", "dump"], cancellationToken))
            ?.Contains($"runtimes.{RuntimeHandlerOptions.Handler}", StringComparison.Ordinal) == true;

    private async Task<string?> OutputAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            NodeCommandResult result = await processes.RunAsync(new NodeCommand(program, arguments), cancellationToken);
            return result.Succeeded ? result.Output : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
