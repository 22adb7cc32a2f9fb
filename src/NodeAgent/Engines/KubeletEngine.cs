using System.Diagnostics;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Kubelet;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>
/// Takes a checkpoint by the checkpoint API of the node's own kubelet and adds what the kubelet leaves out. So that files and memory are of one moment,
/// containerd is made to hold the container meanwhile; other engines freeze it themselves, so that there a change of a volume is only noticed.
/// </summary>
/// <param name="api">Asks the kubelet.</param>
/// <param name="checkpoints">The kubelet's archives.</param>
/// <param name="node">The node's files.</param>
/// <param name="containers">Finds the container.</param>
/// <param name="processes">Runs the runtime on the node.</param>
/// <param name="tasks">Holds the container.</param>
/// <param name="content">Writes what the kubelet leaves out.</param>
/// <param name="cpu">Records the processor.</param>
/// <param name="journal">Remembers what is held.</param>
/// <param name="recovery">Tries again to let go on what resists.</param>
/// <param name="store">Takes the archive.</param>
/// <param name="options">Whether the kubelet's copy is kept.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what happens.</param>
internal sealed partial class KubeletEngine(
    KubeletCheckpointApi api,
    KubeletCheckpoints checkpoints,
    NodeRoot node,
    NodeContainers containers,
    INodeProcesses processes,
    ContainerdTasks tasks,
    ArchiveContentWriter content,
    CriuCpu cpu,
    CheckpointJournal journal,
    CheckpointRecovery recovery,
    ArchiveStore store,
    IOptions<AgentOptions> options,
    TimeProvider time,
    ILogger<KubeletEngine> logger) : ICheckpointEngine
{
    private const int TarMagic = 257;
    private const int MaximumRecord = 64 * 1024;
    private const string ShimsLog = "criu-dump.log";
    private const string InFlight = "In-flight connection";
    private const int Attempts = 5;

    // The kernel gives files the time of its last tick, which may be that much before the clock's.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    // runc and crun read them on the node for every dump.
    private const string NodeOptionsFile = "/etc/criu/runc.conf";
    private static readonly string[] NodeOptions = ["tcp-established", "skip-in-flight", "file-locks"];

    /// <inheritdoc />
    public async Task<CheckpointOutcome> TakeAsync(CheckpointRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await TakeOnceAsync(request, cancellationToken);
            }
            catch (CheckpointFailedException failed) when (attempt < Attempts && failed.Message.Contains(InFlight, StringComparison.Ordinal))
            {
                // A probe's, say, that came while the container was held; by the next attempt the program has accepted it.
                Log.OnceMore(logger, request.ContainerId, failed.Message);
            }
        }
    }

    private async Task<CheckpointOutcome> TakeOnceAsync(CheckpointRequest request, CancellationToken cancellationToken)
    {
        RunningContainer? container = Find(request);
        await RefuseObstaclesAsync(request, container, cancellationToken);
        ArchiveMetadata metadata = await content.DescribeAsync(request, container, cancellationToken);
        IReadOnlyList<string> leftOut = content.FindLeftOut(request, container);
        DateTimeOffset start = time.GetUtcNow();
        HashSet<RelativePath> earlier = checkpoints.List(request.Pod, request.Container);
        try
        {
            using PartialArchive archive = store.Begin(request.Uid);
            using var writer = new CheckpointArchiveWriter(archive.File) { WritesBack = true };
            ArchiveContentWriter.WriteMetadata(writer, metadata);
            string? id = ContainerId.TryParse(request.ContainerId, out ContainerId parsed) && parsed.Engine == ContainerId.Containerd ? parsed.Id : null;
            Taken taken = id is null ? await TakeRunningAsync(request, writer) : await TakeHeldAsync(request, id, writer);

            using SafeFileHandle file = checkpoints.Open(taken.Path, request.Pod, request.Container, out RelativePath name);
            bool together = IsPlainTar(file);
            if (together)
            {
                writer.StartDigest();
                writer.CompleteWith(file, cancellationToken);
            }
            else
                Copy(file, archive.File, cancellationToken);
            archive.Finish();
            if (!options.Value.KeepKubeletCheckpoints)
                checkpoints.Remove([name]);
            CheckpointOutcome outcome = Outcome(request, metadata, taken, together);
            return outcome with { Digest = writer.Digest, Missing = [.. outcome.Missing, .. leftOut] };
        }
        catch (Exception failure)
        {
            // Whatever came of the call, what it left is of no use, and holds the container's memory.
            RelativePath[] left = [.. checkpoints.List(request.Pod, request.Container).Except(earlier)];
            checkpoints.Remove(left);
            if (failure is IOException or OciRuntimeException)
                throw CheckpointFailedException.Of(failure);
            if (failure is CheckpointFailedException { Reason: CheckpointFailedException.CheckpointFailed } && container is not null && FindReason(container, start) is { } reason)
                throw new CheckpointFailedException(CheckpointFailedException.CheckpointFailed, $"CRIU cannot dump container {request.Container}: {reason}{Remedy(reason)} ({failure.Message})", failure);
            throw;
        }
    }

    // CRIU names the option that it misses, but the kubelet passes none on.
    private static string Remedy(string reason) => NodeOptions.FirstOrDefault(option => reason.Contains($"--{option}", StringComparison.Ordinal)) is { } option
        ? $"; the kubelet cannot ask for that: use engine Runtime, or write the line {option} into {NodeOptionsFile} on the node"
        : string.Empty;

    // containerd's shim leaves CRIU's log of a dump that failed in the bundle; one of an earlier dump says nothing.
    private string? FindReason(RunningContainer container, DateTimeOffset start)
    {
        RelativePath log = RelativePath.Parse($"{container.Bundle}/{ShimsLog}");
        if (node.Directory.Stat(log) is not { Type: FileType.Regular } status || status.Modified.ToDateTimeOffset() < start - Tick)
            return null;
        return CriuLog.Reason(CriuLog.Read(node.Directory, log));
    }

    private RunningContainer? Find(CheckpointRequest request)
    {
        if (!ContainerId.TryParse(request.ContainerId, out ContainerId id) || !NodeContainers.Knows(id.Engine))
            return null;
        try
        {
            return containers.Find(id);
        }
        catch (ContainerNotFoundException unknown)
        {
            // The kubelet may know it still; what it runs on is then not told.
            Log.NotDescribed(logger, request.ContainerId, unknown.Message);
            return null;
        }
    }

    private async Task RefuseObstaclesAsync(CheckpointRequest request, RunningContainer? container, CancellationToken cancellationToken)
    {
        if (container is null)
            return;
        try
        {
            if (await new OciRuntime(processes, container.RuntimePath, container.RuntimeRoot).StateAsync(container.Id.Id, cancellationToken) is { Pid: > 0 } state)
                ProcessObstacles.Refuse(request.Container, state.Pid);
        }
        catch (OciRuntimeException unknown)
        {
            Log.NotDescribed(logger, request.ContainerId, unknown.Message);
        }
    }

    // containerd leaves a container held that it finds held: the kubelet's dump and our volumes are of one moment.
    private async Task<Taken> TakeHeldAsync(CheckpointRequest request, string id, CheckpointArchiveWriter writer)
    {
        var entry = new CheckpointJournalEntry(request.Uid, id, string.Empty, string.Empty, time.GetTimestamp(), request.Timeout, ByContainerd: true);
        using RootDirectory work = journal.Begin(entry);
        await RecordCpuAsync(request, work, writer);
        long start = Stopwatch.GetTimestamp();
        bool held = false;
        bool failed = true;
        Taken taken;
        try
        {
            // Without a volume the kubelet's own freeze is enough, and shorter.
            held = request.EmptyDirs.Count > 0 && await TryHoldAsync(id);
            taken = held ? await TakeTogetherAsync(request, writer) : await TakeRunningAsync(request, writer);
            failed = false;
        }
        finally
        {
            // On a failure even where the container was not held here: an engine that is cut off may leave it so.
            if (!(held || failed) || await TryLetGoAsync(entry, request.Timeout))
                journal.End(request.Uid);
        }
        return taken with { Frozen = held ? (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds : null };
    }

    private async Task RecordCpuAsync(CheckpointRequest request, RootDirectory work, CheckpointArchiveWriter writer)
    {
        await cpu.RecordAsync(journal.FolderOf(request.Uid), CancellationToken.None);
        RelativePath record = RelativePath.Parse(CriuCpu.FileName);
        if (work.Exists(record))
            writer.AddBytes($"checkpoint/{CriuCpu.FileName}", work.ReadFile(record, MaximumRecord));
    }

    // Both to their end: the container must not go on under either.
    private async Task<Taken> TakeTogetherAsync(CheckpointRequest request, CheckpointArchiveWriter writer)
    {
        Task<string> dump = api.CheckpointAsync(request.Pod, request.Container, request.Timeout, CancellationToken.None);
        Task files = Task.Run(() => content.WriteVolumes(writer, request));
        await Task.WhenAll(dump, files);
        return new Taken(await dump);
    }

    private async Task<Taken> TakeRunningAsync(CheckpointRequest request, CheckpointArchiveWriter writer)
    {
        string? before = content.FingerprintVolumes(request);
        var taken = new Taken(await api.CheckpointAsync(request.Pod, request.Container, request.Timeout, CancellationToken.None));
        content.WriteVolumes(writer, request);
        return before is not null && before == content.FingerprintVolumes(request)
            ? taken
            : taken with { Changed = "was written to while the kubelet took the checkpoint, so it is of a later moment than the memory" };
    }

    private async Task<bool> TryHoldAsync(string id)
    {
        try
        {
            await tasks.PauseAsync(id);
            return true;
        }
        catch (Exception refused) when (refused is OciRuntimeException or TimeoutException)
        {
            Log.NotHeld(logger, id, refused.Message);
            return false;
        }
    }

    private async Task<bool> TryLetGoAsync(CheckpointJournalEntry entry, TimeSpan limit)
    {
        try
        {
            await tasks.ResumeAsync(entry.Container, limit);
            return true;
        }
        catch (Exception resists) when (resists is OciRuntimeException or TimeoutException)
        {
            Log.NotThawed(logger, entry.Container, resists.Message);
            recovery.TryAgain(entry);
            return false;
        }
    }

    private static CheckpointOutcome Outcome(CheckpointRequest request, ArchiveMetadata metadata, Taken taken, bool together)
    {
        string[] names = [.. request.EmptyDirs.Select(volume => volume.Name)];
        string? why = together ? taken.Changed : "is not in the archive, which the container engine compressed";
        return new CheckpointOutcome(metadata.Runtime?.Split(' ')[0], metadata.Criu, taken.Frozen)
        {
            Volumes = together ? names : [],
            Missing = [.. why is null ? [] : names.Select(name => $"the content of emptyDir volume {name} {why}"), .. request.LeftOut],
        };
    }

    private static bool IsPlainTar(SafeFileHandle file)
    {
        Span<byte> magic = stackalloc byte[5];
        return RandomAccess.Read(file, magic, TarMagic) == magic.Length && magic.SequenceEqual("ustar"u8);
    }

    private static void Copy(SafeFileHandle source, SafeFileHandle target, CancellationToken cancellationToken)
    {
        RandomAccess.SetLength(target, 0);
        using var from = new FileStream(source, FileAccess.Read, bufferSize: 0);
        byte[] buffer = new byte[1024 * 1024];
        long offset = 0;
        for (int read; (read = from.Read(buffer)) > 0; offset += read)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RandomAccess.Write(target, buffer.AsSpan(0, read), offset);
        }
    }

    // What the kubelet made, how long the container was held for it, and what is wrong with the volumes beside it.
    private sealed record Taken(string Path, long? Frozen = null, string? Changed = null);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Container {Container} may still be held: {Reason}. Trying again.")]
        public static partial void NotThawed(ILogger logger, string container, string reason);

        [LoggerMessage(4, LogLevel.Information, "The checkpoint of container {Container} is tried once more: {Reason}")]
        public static partial void OnceMore(ILogger logger, string container, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Container {Container} is not held for its checkpoint: {Reason}")]
        public static partial void NotHeld(ILogger logger, string container, string reason);

        [LoggerMessage(2, LogLevel.Warning, "What container {Container} runs on is not known: {Reason}")]
        public static partial void NotDescribed(ILogger logger, string container, string reason);
    }
}
