using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Writes into a ContainerRestore's status what became of it on the node; its phase is the operator's.</summary>
internal static class RestoreStatus
{
    public const string Restored = "Restored";

    /// <summary>The runtime is about to be told to restore.</summary>
    public static void SetAttempt(V1Alpha1ContainerRestore restore, bool again, DateTimeOffset now)
    {
        // A container that ran and ended begins a new count.
        restore.Status.Attempts = again ? 1 : (restore.Status.Attempts ?? 0) + 1;
        restore.Status.Message = $"Restoring container {restore.Status.ContainerName}, attempt {restore.Status.Attempts}.";
        Set(restore, Conditions.False, "Restoring", restore.Status.Message, now);
    }

    /// <summary>The process goes on.</summary>
    public static void SetRestored(V1Alpha1ContainerRestore restore, RestoredProcess process, DateTimeOffset now)
    {
        restore.Status.Restored = process;
        restore.Status.Message = $"The process goes on with pid {process.Pid} on the node, {process.RestoreMilliseconds} ms after the runtime asked.";
        Set(restore, Conditions.True, "Restored", restore.Status.Message, now);
    }

    /// <summary>It was not restored.</summary>
    public static void SetRefused(V1Alpha1ContainerRestore restore, string reason, string message, DateTimeOffset now)
    {
        restore.Status.Message = message;
        Set(restore, Conditions.False, reason, message, now);
    }

    private static void Set(V1Alpha1ContainerRestore restore, string status, string reason, string message, DateTimeOffset now)
    {
        restore.Status.ObservedGeneration = restore.Metadata.Generation;
        restore.Status.Conditions = restore.Status.Conditions.With(Restored, status, reason, message, restore.Metadata.Generation, now);
    }
}
