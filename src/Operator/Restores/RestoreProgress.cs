using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Operator.Restores;

/// <summary>Where a restore stands whose Pod was made, from what the agent proved and what the Pod's status says.</summary>
internal sealed record RestoreProgress(RestorePhase Phase, string Reason, string Message, bool IsWarning)
{
    // The agent proves a restore before the container counts as started; an agent that restarts meanwhile takes a little longer.
    private static readonly TimeSpan ProofTime = TimeSpan.FromMinutes(1);

    private const string NewRestore = "Make a new ContainerRestore.";

    /// <summary>Judges a restore by its Restored condition and its Pod.</summary>
    public static RestoreProgress Of(V1Alpha1ContainerRestore restore, V1Pod? pod, DateTimeOffset now)
    {
        string podName = $"{restore.Metadata.NamespaceProperty}/{restore.Status.PodName}";
        V1Condition? restored = restore.Status.Conditions.Find("Restored");
        bool isRestored = restored?.Status == Conditions.True;

        if (restored is { Status: Conditions.False, Reason: "AttemptsUsedUp" })
            return Failed("RestoreFailed", $"Container {restore.Status.ContainerName} of Pod {podName} was not restored: {restored.Message} Delete the Pod, and make a new ContainerRestore.");
        if (pod is null || pod.Metadata.Uid != restore.Status.PodUID)
            return Failed("PodDeleted", $"Pod {podName} was deleted before it ran restored. {NewRestore}");
        if (pod.Metadata.DeletionTimestamp is not null)
            return Waiting("PodDeleted", $"Pod {podName} is being deleted before it ran restored.", isWarning: true);
        if (pod.Status?.Phase == "Failed")
            return Failed("PodFailed", $"Pod {podName} has failed ({pod.Status.Reason ?? "no reason given"}): {pod.Status.Message ?? "see its containers' states"}. {NewRestore}");
        if (isRestored && pod.Status?.Phase is "Running" or "Succeeded")
            return new(RestorePhase.Ready, "Restored", $"Container {restore.Status.ContainerName} goes on in Pod {podName} on node {restore.Status.NodeName}.", IsWarning: false);
        if (restored is { Status: Conditions.False, Reason: not "Restoring" })
            return Waiting("RestoreFailed", $"Container {restore.Status.ContainerName} of Pod {podName} is not restored yet ({restored.Reason}): {restored.Message}", isWarning: true);
        if (!isRestored && StartOf(restore, pod) is { } start && now - start > ProofTime)
        {
            return Waiting("RestoreNotProven", $"Container {restore.Status.ContainerName} of Pod {podName} runs since {start:u}, and nothing says that it was restored: it may have been started "
                + $"afresh. Look at the agent's Pod on node {restore.Status.NodeName}, and at the handler {ApiGroup.RestoreHandler} of its container engine.", isWarning: true);
        }

        if (pod.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "PodScheduled", Status: "False" }) is { } unscheduled)
            return Waiting("PodNotScheduled", $"Pod {podName} is not scheduled ({unscheduled.Reason}): {unscheduled.Message}", isWarning: true);

        return isRestored
            ? Waiting("Restoring", $"Container {restore.Status.ContainerName} is restored; Pod {podName} is {pod.Status?.Phase ?? "not started"}, expected Running.", isWarning: false)
            : Waiting("Restoring", restore.Status.Conditions.Find("Ready") is { Reason: "Restoring" } ready ? ready.Message : $"Pod {podName} is being restored.", isWarning: false);
    }

    private static DateTime? StartOf(V1Alpha1ContainerRestore restore, V1Pod pod) =>
        pod.Status?.ContainerStatuses?.FirstOrDefault(container => container.Name == restore.Status.ContainerName)?.State?.Running?.StartedAt;

    private static RestoreProgress Failed(string reason, string message) => new(RestorePhase.Failed, reason, message, IsWarning: true);

    private static RestoreProgress Waiting(string reason, string message, bool isWarning) => new(RestorePhase.Running, reason, message, isWarning);
}
