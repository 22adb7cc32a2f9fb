using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>
/// Writes into a ContainerRestore's status what became of each container on the node, and what follows for all of them; its phase is the operator's. Each
/// change touches one container's entry, and is made anew on the newer object after a conflict, so that containers restored at once lose nothing.
/// </summary>
internal static class RestoreStatus
{
    private const string Restored = RestoreReasons.Restored;
    private const string VolumesUnchanged = ConditionTypes.VolumesUnchanged;
    private const string Restoring = RestoreReasons.Restoring;

    /// <summary>How long a restored container has to go on for its attempts to begin anew: as long as the kubelet's own back-off takes to be forgotten.</summary>
    public static readonly TimeSpan LastingTime = TimeSpan.FromMinutes(10);

    /// <summary>How many of a container's attempts count.</summary>
    /// <param name="container">The container.</param>
    /// <param name="now">The time.</param>
    public static int AttemptsOf(RestoreContainerStatus container, DateTimeOffset now) =>
        container.Result == RestoreResult.Restored && now.UtcDateTime - container.RestoredTime >= LastingTime ? 0 : container.Attempts ?? 0;

    /// <summary>The runtime is about to be told to restore.</summary>
    public static void SetAttempt(V1Alpha1ContainerRestore restore, string name, DateTimeOffset now)
    {
        RestoreContainerStatus container = Find(restore, name);
        container.Attempts = AttemptsOf(container, now) + 1;
        Set(container, RestoreResult.Pending, Restoring, $"Restoring container {name}, attempt {container.Attempts}.");
        Summarize(restore, now);
    }

    /// <summary>The process goes on.</summary>
    public static void SetRestored(V1Alpha1ContainerRestore restore, string name, RestoredProcess process, DateTimeOffset now)
    {
        RestoreContainerStatus container = Find(restore, name);
        Set(container, RestoreResult.Restored, Restored, $"The process goes on with pid {process.Pid} on the node, {process.RestoreMilliseconds} ms after the runtime asked.");
        (container.ContainerID, container.Pid, container.RestoredTime) = (process.ContainerID, process.Pid, now.UtcDateTime);
        (container.FilesWritten, container.BytesWritten, container.DeletedFiles) = (process.FilesWritten, process.BytesWritten, process.DeletedFiles);
        container.RestoreMilliseconds = process.RestoreMilliseconds;
        Summarize(restore, now);
    }

    /// <summary>It goes on beside content that is not what it was.</summary>
    public static void SetVolumesChanged(V1Alpha1ContainerRestore restore, string message, DateTimeOffset now) =>
        restore.Status.Conditions = restore.Status.Conditions.With(VolumesUnchanged, Conditions.False, RestoreRefusedException.VolumeChanged, message, restore.Metadata.Generation, now);

    /// <summary>It was not restored.</summary>
    public static void SetRefused(V1Alpha1ContainerRestore restore, string name, string reason, string message, DateTimeOffset now)
    {
        RestoreContainerStatus container = Find(restore, name);
        container.Attempts = AttemptsOf(container, now);
        Set(container, reason == RestoreRefusedException.AttemptsUsedUp ? RestoreResult.Failed : RestoreResult.Pending, reason, message);
        Summarize(restore, now);
    }

    /// <summary>It was restored, ended, and is started from its image.</summary>
    public static void SetStartedFresh(V1Alpha1ContainerRestore restore, string name, DateTimeOffset now)
    {
        RestoreContainerStatus container = Find(restore, name);
        Set(container, RestoreResult.StartedFresh, RestoreReasons.Ended, $"The restored process ended, and container {name} was started from its image, as spec.onContainerRestart says.");
        Summarize(restore, now);
    }

    /// <summary>A container's entry, which the operator made before the Pod.</summary>
    /// <param name="restore">The ContainerRestore.</param>
    /// <param name="name">The container's name.</param>
    public static RestoreContainerStatus Find(V1Alpha1ContainerRestore restore, string name) =>
        restore.Status.Containers?.FirstOrDefault(container => container.Name == name)
        ?? throw new InvalidOperationException($"ContainerRestore {restore.Metadata.Name} has no container {name} in its status any more");

    private static void Set(RestoreContainerStatus container, RestoreResult result, string reason, string message)
    {
        (container.Result, container.Reason, container.Message) = (result, reason, message);
        // What ended has no process any more.
        (container.ContainerID, container.Pid) = (null, null);
    }

    private static void Summarize(V1Alpha1ContainerRestore restore, DateTimeOffset now)
    {
        ContainerRestoreStatus status = restore.Status;
        RestoreContainerStatus[] all = [.. status.Containers!.Where(container => container.Checkpoint is not null)];
        RestoreContainerStatus[] done = [.. all.Where(IsDone)];
        status.RestoredContainers = $"{done.Length}/{all.Length}";
        status.Attempts = all.Max(container => container.Attempts);
        status.Restored = Total(done);

        // The gravest: one that failed for good, one that is refused, one that is at work.
        RestoreContainerStatus telling = all.FirstOrDefault(container => container.Result == RestoreResult.Failed)
            ?? all.FirstOrDefault(container => !IsDone(container) && container.Reason is not (null or Restoring))
            ?? all.FirstOrDefault(container => !IsDone(container) && container.Reason is not null)
            ?? all.FirstOrDefault(container => !IsDone(container))
            ?? all[^1];
        status.Message = Tell(telling, all, done);
        status.ObservedGeneration = restore.Metadata.Generation;
        status.Conditions = IsDone(telling)
            ? status.Conditions.With(Restored, Conditions.True, Restored, status.Message, restore.Metadata.Generation, now)
            : status.Conditions.With(Restored, Conditions.False, telling.Reason ?? Restoring, status.Message, restore.Metadata.Generation, now);
    }

    private static string Tell(RestoreContainerStatus telling, RestoreContainerStatus[] all, RestoreContainerStatus[] done)
    {
        if (all.Length == 1)
            return telling.Message ?? string.Empty;
        return done.Length == all.Length ? string.Join(' ', all.Select(container => $"{container.Name}: {container.Message}"))
            : $"{telling.Name}: {telling.Message ?? "not asked for yet"}{(done.Length > 0 ? $"; restored so far: {string.Join(", ", done.Select(container => container.Name))}" : string.Empty)}";
    }

    // One that was restored and started from its image afterwards was restored.
    private static bool IsDone(RestoreContainerStatus container) => container.Result is RestoreResult.Restored or RestoreResult.StartedFresh;

    private static RestoredProcess? Total(RestoreContainerStatus[] done) => done.Length == 0 ? null : new()
    {
        ContainerID = done.Length == 1 ? done[0].ContainerID : null,
        Pid = done.Length == 1 ? done[0].Pid : null,
        FilesWritten = done.Sum(container => container.FilesWritten),
        BytesWritten = done.Sum(container => container.BytesWritten),
        DeletedFiles = done.Sum(container => container.DeletedFiles),
        RestoreMilliseconds = done.Max(container => container.RestoreMilliseconds),
    };
}
