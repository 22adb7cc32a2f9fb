using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Kubelet;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.RuntimeHandler;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>
/// Finds out what the node can do. Programs are asked when their files or their configuration changed, and once an hour for what no file shows: each takes
/// a while, and an agent that has nothing to do is to take next to nothing.
/// </summary>
/// <param name="runtimes">Asks OCI runtimes and CRIU.</param>
/// <param name="processes">Runs programs of the node.</param>
/// <param name="kubelet">Asks the kubelet.</param>
/// <param name="node">The node's files.</param>
/// <param name="store">Counts archives.</param>
/// <param name="stamp">Tells when programs have to be asked again.</param>
/// <param name="handler">What came of the handler's installation.</param>
/// <param name="time">The clock.</param>
/// <param name="options">What to ask.</param>
internal sealed class NodeProbe(
    OciRuntimeProbe runtimes,
    INodeProcesses processes,
    KubeletCheckpointApi kubelet,
    NodeRoot node,
    ArchiveStore store,
    NodeStamp stamp,
    RuntimeHandlerState handler,
    TimeProvider time,
    IOptions<AgentOptions> options)
{
    private static readonly TimeSpan LongestUnasked = TimeSpan.FromHours(1);

    private static readonly RuntimeHandlerOptions Handler = new();

    // What the object's schema takes.
    private const int LongestComplaint = 1024;

    private Answers? _answers;

    /// <summary>Everything that a CheckpointNode tells, but its conditions and heartbeat.</summary>
    public async Task<CheckpointNodeStatus> ProbeAsync(CancellationToken cancellationToken)
    {
        string programs = stamp.OfPrograms();
        // What a wrapper answers comes from the program behind it, whose file has changed.
        if (_answers is not null && _answers.Stamp != programs)
            runtimes.Forget();
        if (_answers is null || _answers.Stamp != programs || time.GetElapsedTime(_answers.Asked) > LongestUnasked)
            _answers = await AskAsync(programs, cancellationToken);
        StoreTotals totals = store.Total();
        KubeletProbe api = await kubelet.ProbeAsync(cancellationToken);
        return new CheckpointNodeStatus
        {
            Runtimes = _answers.Runtimes,
            Criu = _answers.Criu,
            Kubelet = new NodeKubelet { Version = _answers.Kubelet, CheckpointApi = api.Available, Message = api.Message },
            ContainerEngine = _answers.ContainerEngine,
            RestoreRuntime = new NodeRestoreRuntime
            {
                Installed = _answers.HasHandler,
                Handler = RuntimeHandlerOptions.Handler,
                Message = Cut(handler.Problem?.Message),
                RolledBack = handler.Problem?.IsRolledBack,
            },
            Cpu = NodeFacts.Cpu(),
            Arch = NodeFacts.Arch,
            PageSize = Environment.SystemPageSize,
            Kernel = NodeFacts.Kernel,
            Cgroup = NodeFacts.Cgroup(),
            Selinux = NodeFacts.SELinux(),
            Storage = new NodeStorage
            {
                ArchivesAvailableBytes = node.AvailableBytes(options.Value.Store),
                ArchivesWritable = stamp.IsStoreWritable(),
                VolumesAvailableBytes = node.AvailableBytes(options.Value.KubeletRoot),
            },
            Archives = new NodeArchives { Count = totals.Count, Bytes = totals.Bytes },
            AgentVersion = AgentVersion.Current,
        };
    }

    /// <summary>Lets programs be asked anew, for a node that lacked something: not all that mends it shows in a program's file.</summary>
    public void Forget()
    {
        _answers = null;
        runtimes.Forget();
    }

    private async Task<Answers> AskAsync(string asOf, CancellationToken cancellationToken)
    {
        CriuReport? criu = await runtimes.ProbeCriuAsync(cancellationToken: cancellationToken);
        return new Answers(
            asOf,
            time.GetTimestamp(),
            await RuntimesAsync(cancellationToken),
            new NodeCriu { Version = criu?.Version, Ok = IsUsable(criu), Message = Cut(Complaint(criu)) },
            await KubeletVersionAsync(cancellationToken),
            await ContainerEngineAsync(cancellationToken),
            await IsHandlerInstalledAsync(cancellationToken));
    }

    // A check that did not end in time says nothing.
    private static bool IsUsable(CriuReport? criu) =>
        CriuRequirement.IsMetBy(criu?.Version, NodeFacts.Kernel) && criu?.Check is not { Passed: false };

    private static string? Complaint(CriuReport? criu) => criu?.Check is { Passed: false } failed ? string.Join("; ", failed.Problems) : null;

    private static string? Cut(string? text) => text?.Length > LongestComplaint ? text[..LongestComplaint] : text;

    private async Task<List<NodeRuntime>> RuntimesAsync(CancellationToken cancellationToken)
    {
        var found = new List<NodeRuntime>();
        foreach (string path in options.Value.RuntimeNames())
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
        // What stands in the file counts from containerd's next start.
        && !node.Directory.Exists(RelativePath.Parse(RuntimeHandlerInstaller.RestartPending))
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

    private sealed record Answers(
        string Stamp, long Asked, IList<NodeRuntime> Runtimes, NodeCriu Criu, string? Kubelet, string? ContainerEngine, bool HasHandler);

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
