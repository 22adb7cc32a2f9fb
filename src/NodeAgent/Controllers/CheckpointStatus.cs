using CheckpointOperator.Core.Archives;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Store;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Controllers;

/// <summary>Writes into a ContainerCheckpoint's status what became of it. One that has ended meanwhile (timed out, say) stays as it ended.</summary>
internal static class CheckpointStatus
{
    // The CustomResourceDefinition's maxItems.
    private const int MaximumProcesses = 100;

    public const string Checkpointed = ConditionTypes.Checkpointed;
    public const string ArchiveVerified = ConditionTypes.ArchiveVerified;
    public const string Ready = ConditionTypes.Ready;

    /// <summary>Work begins.</summary>
    public static void SetStarted(V1Alpha1ContainerCheckpoint checkpoint, EngineChoice choice, DateTimeOffset now)
    {
        if (checkpoint.Status.Phase != CheckpointPhase.Running)
            return;
        ContainerCheckpointStatus status = checkpoint.Status;
        status.Engine = choice.Engine;
        status.EngineReason = choice.Why;
        status.Message = $"Taking the checkpoint with engine {choice.Engine}, {choice.Why}.";
        Set(checkpoint, Checkpointed, Conditions.False, CheckpointReasons.Checkpointing, status.Message, now);
    }

    /// <summary>The archive is in the store.</summary>
    public static void SetReady(V1Alpha1ContainerCheckpoint checkpoint, V1Pod? pod, StoredArchive archive, CheckpointOutcome? outcome, DateTimeOffset now)
    {
        if (checkpoint.Status.Phase != CheckpointPhase.Running)
            return;
        ContainerCheckpointStatus status = checkpoint.Status;
        status.Archive = new ArchiveStatus
        {
            Path = archive.Path,
            SizeBytes = archive.SizeBytes,
            Digest = archive.Digest,
            Compression = archive.Summary.Compression switch
            {
                ArchiveCompression.Gzip => "gzip",
                ArchiveCompression.Zstandard => "zstd",
                ArchiveCompression.Bzip2 => "bzip2",
                ArchiveCompression.Xz => "xz",
                _ => "none",
            },
        };
        status.Container = Describe(checkpoint, pod, archive.Summary, outcome);
        status.Content = new ArchiveContent
        {
            Processes = archive.Summary.Processes,
            // Names alone: arguments are secrets more often.
            ProcessTree = archive.Processes is null ? null : [.. archive.Processes.Take(MaximumProcesses).Select(process => new ArchivedProcess { Pid = process.Pid, ParentPid = process.ParentPid, Name = process.Name })],
            MemoryBytes = archive.Summary.MemoryBytes,
            RootfsDiffBytes = archive.Summary.RootfsDiffBytes,
            ChangedFiles = (int)archive.Summary.ChangedFiles,
            DeletedFiles = (int)archive.Summary.DeletedFiles,
            Volumes = outcome is null ? status.Content?.Volumes : [.. outcome.Volumes],
            Missing = outcome is null ? status.Content?.Missing : [.. outcome.Missing],
        };
        status.FrozenMilliseconds = outcome?.FrozenMilliseconds ?? status.FrozenMilliseconds;
        status.Phase = CheckpointPhase.Ready;
        status.CompletionTime = now.UtcDateTime;
        status.Message = $"The archive of {archive.SizeBytes} bytes is in the node's store.";
        Set(checkpoint, Checkpointed, Conditions.True, CheckpointReasons.Checkpointed, "The container was checkpointed and goes on.", now);
        Set(checkpoint, ArchiveVerified, Conditions.True, CheckpointReasons.ArchiveVerified, $"The archive is whole: {archive.Digest}.", now);
        Set(checkpoint, Ready, Conditions.True, CheckpointReasons.Ready, "The checkpoint can be restored.", now);
    }

    /// <summary>An archive that was Ready is not where the agent looks for it.</summary>
    public static void SetMissing(V1Alpha1ContainerCheckpoint checkpoint, string message, DateTimeOffset now)
    {
        if (checkpoint.Status.Phase != CheckpointPhase.Ready)
            return;
        checkpoint.Status.Message = message;
        Set(checkpoint, ArchiveVerified, Conditions.False, CheckpointReasons.ArchiveMissing, message, now);
        Set(checkpoint, Ready, Conditions.False, CheckpointReasons.ArchiveMissing, message, now);
    }

    /// <summary>It is there, again or in another place; each restore compares its digest.</summary>
    public static void SetFound(V1Alpha1ContainerCheckpoint checkpoint, string path, DateTimeOffset now)
    {
        if (checkpoint.Status.Phase != CheckpointPhase.Ready || checkpoint.Status.Archive is not { } archive)
            return;
        archive.Path = path;
        checkpoint.Status.Message = $"The archive of {archive.SizeBytes} bytes is in the node's store.";
        Set(checkpoint, ArchiveVerified, Conditions.True, CheckpointReasons.ArchiveFound, $"The archive is at {path}; it was whole when it was stored, as {archive.Digest}.", now);
        Set(checkpoint, Ready, Conditions.True, CheckpointReasons.Ready, "The checkpoint can be restored.", now);
    }

    /// <summary>There will be no archive.</summary>
    public static void SetFailed(V1Alpha1ContainerCheckpoint checkpoint, string reason, string message, DateTimeOffset now)
    {
        if (checkpoint.Status.Phase != CheckpointPhase.Running)
            return;
        string advice = $"{message}. Correct the cause and make a new ContainerCheckpoint.";
        checkpoint.Status.Phase = CheckpointPhase.Failed;
        checkpoint.Status.CompletionTime = now.UtcDateTime;
        checkpoint.Status.Message = advice;
        Set(checkpoint, Checkpointed, Conditions.False, reason, advice, now);
        Set(checkpoint, Ready, Conditions.False, reason, advice, now);
    }

    private static CheckpointedContainer Describe(V1Alpha1ContainerCheckpoint checkpoint, V1Pod? pod, ArchiveSummary summary, CheckpointOutcome? outcome)
    {
        CheckpointedContainer before = checkpoint.Status.Container ?? new CheckpointedContainer();
        string? name = before.Name ?? summary.Container;
        V1ContainerStatus? running = pod?.Status?.ContainerStatuses?.FirstOrDefault(candidate => candidate.Name == name);
        return new CheckpointedContainer
        {
            Id = before.Id ?? running?.ContainerID ?? summary.ContainerId,
            Name = name,
            Image = before.Image ?? running?.Image ?? summary.Image,
            ImageDigest = before.ImageDigest ?? running?.ImageID ?? summary.ImageId,
            Runtime = outcome?.Runtime ?? RuntimeName(summary.Runtime),
            Dialect = summary.Engine switch
            {
                // Its spec.dump is containerd's, its layout is podman's.
                _ when checkpoint.Status.Engine == CheckpointEngine.Runtime => ArchiveDialect.Podman,
                ArchiveEngine.Containerd => ArchiveDialect.Containerd,
                ArchiveEngine.CriO => ArchiveDialect.CriO,
                _ => ArchiveDialect.Podman,
            },
            Arch = NodeFacts.Arch,
            PageSize = Environment.SystemPageSize,
            Cpu = NodeFacts.Cpu(),
            Kernel = NodeFacts.Kernel,
            Cgroup = NodeFacts.Cgroup(),
            Criu = outcome?.Criu,
        };
    }

    // "/usr/bin/crun" → "crun"; containerd names its shim: "io.containerd.runc.v2" → "runc".
    private static string? RuntimeName(string? runtime) =>
        runtime?.Split('.') is ["io", "containerd", { } shim, _] ? shim : Path.GetFileName(runtime);

    private static void Set(V1Alpha1ContainerCheckpoint checkpoint, string type, string status, string reason, string message, DateTimeOffset now)
    {
        // The generation that the operator assigned: a later spec is not what was done.
        checkpoint.Status.Conditions = checkpoint.Status.Conditions.With(type, status, reason, message, checkpoint.Status.ObservedGeneration, now);
    }
}
