using System.Diagnostics;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Core.Security;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Observation;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>
/// Takes a checkpoint with the container's own OCI runtime: freeze; dump the processes, write changed files and volumes meanwhile; thaw, whatever
/// came of it; append CRIU's images. Files and memory are of one moment, and the container stands still no longer than they need.
/// </summary>
/// <param name="node">The node's files.</param>
/// <param name="containers">Finds the container.</param>
/// <param name="processes">Runs the runtime on the node.</param>
/// <param name="content">Writes what is in the archive beside CRIU's images.</param>
/// <param name="frozenState">Sees that the container stands still.</param>
/// <param name="space">Tells whether it can end well.</param>
/// <param name="cpu">Records the processor.</param>
/// <param name="probe">Knows what the runtime can do.</param>
/// <param name="journal">Remembers what is frozen.</param>
/// <param name="recovery">Tries again to thaw what resists.</param>
/// <param name="store">Takes the archive.</param>
/// <param name="options">Where restores leave CRIU's options.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what happens.</param>
public sealed partial class RuntimeEngine(
    NodeRoot node,
    NodeContainers containers,
    INodeProcesses processes,
    ArchiveContentWriter content,
    FrozenState frozenState,
    DumpSpace space,
    CriuCpu cpu,
    OciRuntimeProbe probe,
    CheckpointJournal journal,
    CheckpointRecovery recovery,
    ArchiveStore store,
    IOptions<AgentOptions> options,
    TimeProvider time,
    ILogger<RuntimeEngine> logger) : ICheckpointEngine
{
    private const string ImageFolder = "checkpoint";
    private const string DumpLog = "dump.log";
    private const string DumpStatistics = "stats-dump";
    private const string CriuConfiguration = "criu.conf";
    private const int ThawAttempts = 5;
    private static readonly TimeSpan ThawPause = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public async Task<CheckpointOutcome> TakeAsync(CheckpointRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        long asked = Stopwatch.GetTimestamp();
        using var phases = new Phases();
        phases.Begin("prepare checkpoint");
        RunningContainer container = Find(request);
        ForeignCriuOptions.Refuse(container, options.Value);
        var runtime = new OciRuntime(processes, container.RuntimePath, container.RuntimeRoot);
        // Programs that know nothing of each other: they are asked at once.
        Task<OciState> finding = RequireRunningAsync(runtime, container, cancellationToken);
        Task<ArchiveMetadata> describing = content.DescribeAsync(request, container, cancellationToken);
        Task<bool> asking = probe.KnowsSkipInFlightAsync(container.RuntimePath, cancellationToken);
        Task<long> measuring = Task.Run(() => content.MeasureFiles(request, container), cancellationToken);
        // Of several faults the first one's is told: that it does not run.
        await Task.WhenAll(finding, describing, asking, measuring);
        OciState state = await finding;
        ProcessObstacles.Refuse(request.Container, state.Pid);
        space.Require(request.Container, state.Pid, await measuring);
        ContainerFreezer? freezer = ContainerFreezer.Find(node, container, state.Pid);
        ArchiveMetadata metadata = await describing;
        IReadOnlyList<string> leftOut = content.FindLeftOut(request, container, withShared: true);
        bool knowsSkipInFlight = await asking;

        var entry = new CheckpointJournalEntry(
            request.Uid, container.Id.Id, container.RuntimePath, container.RuntimeRoot, time.GetTimestamp(), request.Timeout);
        bool mayBeFrozen = false;
        try
        {
            using RootDirectory work = journal.Begin(entry);
            using PartialArchive archive = store.Begin(request.Uid);
            using var writer = new CheckpointArchiveWriter(archive.File) { WritesBack = true };
            PrepareDump(work, container);
            Task recording = cpu.RecordAsync($"{journal.FolderOf(request.Uid)}/{ImageFolder}", cancellationToken);
            content.WriteMetadata(writer, request, container, metadata);
            await recording;

            (long Dumped, long Files) took;
            phases.Begin("hold container");
            long start = Stopwatch.GetTimestamp();
            mayBeFrozen = true;
            try
            {
                await FreezeAsync(freezer, runtime, container);
                await frozenState.AwaitAsync(state.Pid);
                took = await WriteFrozenAsync(request, container, runtime, knowsSkipInFlight, work, writer);
            }
            finally
            {
                await ThawAsync(freezer, runtime, container);
                mayBeFrozen = false;
            }
            long thawed = Stopwatch.GetTimestamp();
            phases.Begin("write archive");
            long frozen = (long)Stopwatch.GetElapsedTime(start, thawed).TotalMilliseconds;
            Log.Thawed(logger, request.Uid, container.Id.Id, frozen);

            // Only now: while the container stood still, nothing was to take the processors from its dump.
            writer.StartDigest();
            AppendImages(writer, work);
            writer.Complete();
            long written = Stopwatch.GetTimestamp();
            phases.Begin("flush archive");
            archive.Finish();
            Log.Phases(
                logger, request.Uid, Milliseconds(asked, start), frozen, took.Dumped, took.Files, Milliseconds(thawed, written),
                Milliseconds(written, Stopwatch.GetTimestamp()));
            return new CheckpointOutcome(RuntimeName(metadata), metadata.Criu, frozen)
            {
                Digest = writer.Digest,
                Volumes = [.. request.EmptyDirs.Select(volume => volume.Name)],
                Missing = [.. request.LeftOut, .. leftOut],
            };
        }
        catch (Exception failure) when (failure is OciRuntimeException or IOException or TimeoutException)
        {
            throw CheckpointFailedException.Of(failure);
        }
        finally
        {
            // What could not be thawed stays in the journal, and is tried again.
            if (mayBeFrozen)
                recovery.TryAgain(entry);
            else
                EndJournal(request.Uid);
        }
    }

    // What became of the checkpoint is known by then, and is told; the next agent removes what cannot be removed now.
    private void EndJournal(string uid)
    {
        try
        {
            journal.End(uid);
        }
        catch (IOException failure)
        {
            Log.NotRemoved(logger, journal.FolderOf(uid), failure.Message);
        }
    }

    private RunningContainer Find(CheckpointRequest request)
    {
        if (!ContainerId.TryParse(request.ContainerId, out ContainerId id))
            throw new CheckpointFailedException(CheckpointFailedException.ContainerNotRunning, $"container {request.Container} has no id yet: it was never started");
        if (!NodeContainers.Knows(id.Engine))
        {
            throw new CheckpointFailedException(
                CheckpointFailedException.EngineUnavailable, $"container {request.Container} runs in {id.Engine}, whose containers engine Runtime does not know yet: use engine Kubelet");
        }
        try
        {
            return containers.Find(id);
        }
        catch (ContainerNotFoundException missing)
        {
            throw new CheckpointFailedException(CheckpointFailedException.ContainerNotRunning, missing.Message, missing);
        }
    }

    private static async Task<OciState> RequireRunningAsync(OciRuntime runtime, RunningContainer container, CancellationToken cancellationToken)
    {
        OciState? state = await runtime.StateAsync(container.Id.Id, cancellationToken);
        return state is { Status: "running" }
            ? state
            : throw new CheckpointFailedException(
                CheckpointFailedException.ContainerNotRunning,
                $"container {container.Id} is {state?.Status ?? "unknown to " + container.RuntimePath}, not running: a checkpoint needs a running container");
    }

    // The log carries the container's label before CRIU opens it: a confined CRIU may write nothing else.
    private void PrepareDump(RootDirectory work, RunningContainer container)
    {
        work.MakeDirectories(RelativePath.Parse(ImageFolder), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        LabelledFile.Create(work, RelativePath.Parse(DumpLog), container.MountLabel).Dispose();
        using SafeFileHandle options = work.CreateFile(RelativePath.Parse(CriuConfiguration));
        RandomAccess.Write(options, content.DumpOptions(container), 0);
    }

    // Both at once, and both to their end: CRIU is still reading when the files are written, and must not lose its folder when they fail. Tells how long each took, in ms.
    private async Task<(long Dumped, long Files)> WriteFrozenAsync(
        CheckpointRequest request,
        RunningContainer container,
        OciRuntime runtime,
        bool knowsSkipInFlight,
        RootDirectory work,
        CheckpointArchiveWriter writer)
    {
        string folder = journal.FolderOf(request.Uid);
        Task<NodeCommandResult> dump = runtime.CheckpointAsync(
            container.Id.Id, knowsSkipInFlight, $"{folder}/{ImageFolder}", folder, $"{folder}/{CriuConfiguration}", request.Timeout, CancellationToken.None);
        Task<long> dumped = TimeAsync(dump);
        Task<long> files = TimeAsync(Task.Run(() => content.WriteFrozenAsync(writer, request, container, runtime)));
        try
        {
            await Task.WhenAll(dumped, files);
        }
        catch (TimeoutException late)
        {
            throw new CheckpointFailedException(
                CheckpointFailedException.TimedOut, $"the dump of container {request.Container} did not end within {request.Timeout}: raise spec.timeout", late);
        }
        if (!(await dump).Succeeded)
            throw Refused(request, work, await dump);
        return (await dumped, await files);
    }

    private static async Task<long> TimeAsync(Task work)
    {
        long start = Stopwatch.GetTimestamp();
        await work;
        return Milliseconds(start, Stopwatch.GetTimestamp());
    }

    private CheckpointFailedException Refused(CheckpointRequest request, RootDirectory work, NodeCommandResult result)
    {
        string log = CriuLog.Read(work, RelativePath.Parse(DumpLog));
        string output = CriuLog.Read(work, RelativePath.Parse("runtime.log"));
        string said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? result.LastLine;
        if (log.Length == 0 && !space.IsUsedUp && (output.Contains("criu", StringComparison.OrdinalIgnoreCase) || output.Contains("executable file not found", StringComparison.Ordinal)))
        {
            return new CheckpointFailedException(
                CheckpointFailedException.CriuMissing, $"the runtime cannot run CRIU: {said}; install CRIU on the node (and libcriu for crun)");
        }
        string reason = CriuLog.Reason(log) ?? said;
        // On a full disk CRIU cannot even write down why it failed.
        return (StorageFault.Of(reason) ?? (space.IsUsedUp ? StorageFault.Full : null)) is { } storage
            ? new CheckpointFailedException(storage.Reason, $"CRIU cannot dump container {request.Container}: {reason}: {storage.Advice}")
            : new CheckpointFailedException(CheckpointFailedException.CheckpointFailed, $"CRIU cannot dump container {request.Container}: {reason}");
    }

    private static Task FreezeAsync(ContainerFreezer? freezer, OciRuntime runtime, RunningContainer container) =>
        freezer?.FreezeAsync() ?? runtime.PauseAsync(container.Id.Id, CancellationToken.None);

    // A frozen container is the worst that can be left behind: where the group's own file fails the runtime is asked, and one that fails once is asked again.
    private async Task ThawAsync(ContainerFreezer? freezer, OciRuntime runtime, RunningContainer container)
    {
        try
        {
            if (freezer is not null)
            {
                await freezer.ThawAsync();
                return;
            }
        }
        catch (Exception failure) when (failure is IOException or TimeoutException)
        {
            // The group is gone with a container that ended, or something else froze it: what the runtime says counts.
            Log.NotThawed(logger, container.Id.Id, 0, failure.Message);
        }
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await runtime.ResumeAsync(container.Id.Id, CancellationToken.None);
                return;
            }
            catch (Exception failure) when (attempt < ThawAttempts && failure is OciRuntimeException or TimeoutException)
            {
                Log.NotThawed(logger, container.Id.Id, attempt, failure.Message);
                await Task.Delay(ThawPause, time, CancellationToken.None);
            }
        }
    }

    private static void AppendImages(CheckpointArchiveWriter writer, RootDirectory work)
    {
        using (RootDirectory images = work.OpenDirectory(RelativePath.Parse(ImageFolder)))
            writer.AddTree(ImageFolder, images);
        foreach (string name in new[] { DumpLog, DumpStatistics })
        {
            RelativePath file = RelativePath.Parse(name);
            if (!work.Exists(file))
                continue;
            using var handle = work.OpenFileNoFollow(file);
            writer.AddFile(name, handle);
        }
    }

    private static long Milliseconds(long from, long to) => (long)Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    // "runc version 1.1.15" → "runc"
    private static string? RuntimeName(ArchiveMetadata metadata) => metadata.Runtime?.Split(' ')[0];

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Container {Container} of checkpoint {Uid} stood still for {Milliseconds} ms.")]
        public static partial void Thawed(ILogger logger, string uid, string container, long milliseconds);

        [LoggerMessage(4, LogLevel.Information, "Phases of checkpoint {Uid}: prepared in {Prepared} ms, frozen for {Frozen} ms (dump {Dumped} ms, beside it files {Files} ms), archive written in {Written} ms, on disk after {Flushed} ms.")]
        public static partial void Phases(ILogger logger, string uid, long prepared, long frozen, long dumped, long files, long written, long flushed);

        [LoggerMessage(2, LogLevel.Error, "Container {Container} is still frozen after attempt {Attempt}: {Reason}")]
        public static partial void NotThawed(ILogger logger, string container, int attempt, string reason);

        [LoggerMessage(3, LogLevel.Warning, "{Folder} could not be removed: {Reason}. It is removed when the agent starts the next time.")]
        public static partial void NotRemoved(ILogger logger, string folder, string reason);
    }
}
