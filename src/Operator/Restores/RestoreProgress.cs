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
        string[] names = [.. restore.RestoredNames()];
        string subject = $"{(names.Length == 1 ? "Container" : "Containers")} {string.Join(", ", names)}";
        V1Condition? restored = restore.Status.Conditions.Find(ConditionTypes.Restored);
        bool isRestored = restored?.Status == Conditions.True;

        if (restored is { Status: Conditions.False, Reason: RestoreReasons.AttemptsUsedUp })
            return Failed(RestoreReasons.RestoreFailed, $"{subject} of Pod {podName} could not {(names.Length == 1 ? "" : "all ")}be restored: {restored.Message.TrimEnd('.')}. Delete the Pod, and make a new ContainerRestore.");
        if (pod is null || pod.Metadata.Uid != restore.Status.PodUID)
            return Failed(RestoreReasons.PodDeleted, $"Pod {podName} was deleted before it ran restored. {NewRestore}");
        if (pod.Metadata.DeletionTimestamp is not null)
            return Waiting(RestoreReasons.PodDeleted, $"Pod {podName} is being deleted before it ran restored.", isWarning: true);
        if (pod.Status?.Phase == "Failed")
            return Failed(RestoreReasons.PodFailed, $"Pod {podName} has failed ({pod.Status.Reason ?? "no reason given"}): {pod.Status.Message ?? "see its containers' states"}. {NewRestore}");
        if (isRestored && pod.Status?.Phase is "Running" or "Succeeded")
            return new(RestorePhase.Ready, RestoreReasons.Restored, $"{subject} {(names.Length == 1 ? "goes" : "go")} on in Pod {podName} on node {restore.Status.NodeName}.", IsWarning: false);
        if (FindGivenUp(restore, pod) is { } givenUp)
        {
            return Failed(RestoreReasons.RestoreFailed, $"Container {givenUp.Name} of Pod {podName} is not restored, and the Pod's restartPolicy is Never, so it is not tried again: "
                + $"{(givenUp.Message ?? "see its state").TrimEnd('.')}. Delete the Pod, and make a new ContainerRestore.");
        }

        if (restored is { Status: Conditions.False, Reason: not RestoreReasons.Restoring })
            return Waiting(RestoreReasons.RestoreFailed, $"{subject} of Pod {podName} {(names.Length == 1 ? "is not" : "are not all")} restored yet ({restored.Reason}): {restored.Message}", isWarning: true);
        if (FindUnproven(restore, pod, now) is { } unproven)
        {
            return Waiting(RestoreReasons.RestoreNotProven, $"Container {unproven.Name} of Pod {podName} runs since {unproven.State.Running.StartedAt:u}, and nothing says that it was restored: it may have been started "
                + $"afresh. Look at the agent's Pod on node {restore.Status.NodeName}, and at the handler {ApiGroup.RestoreHandler} of its container engine.", isWarning: true);
        }

        if (pod.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "PodScheduled", Status: "False" }) is { } unscheduled)
            return Waiting(RestoreReasons.PodNotScheduled, $"Pod {podName} is not scheduled ({unscheduled.Reason}): {unscheduled.Message}", isWarning: true);

        // What the agent has proved meanwhile stands in the condition Restored.
        return Waiting(RestoreReasons.Restoring, restore.Status.Conditions.Find(ConditionTypes.Ready) is { Reason: RestoreReasons.Restoring } ready ? ready.Message : $"Pod {podName} is being restored.", isWarning: false);
    }

    // A container that could not be created has ended, as the kubelet sees it; beside others that run, its Pod does not fail.
    private static RestoreContainerStatus? FindGivenUp(V1Alpha1ContainerRestore restore, V1Pod pod) =>
        pod.Spec?.RestartPolicy != "Never" ? null : Unrestored(restore).FirstOrDefault(container => pod.ContainerStatus(container.Name)?.State?.Terminated is not null);

    private static V1ContainerStatus? FindUnproven(V1Alpha1ContainerRestore restore, V1Pod pod, DateTimeOffset now) =>
        Unrestored(restore).Select(container => pod.ContainerStatus(container.Name)).FirstOrDefault(status => now - status?.State?.Running?.StartedAt > ProofTime);

    private static IEnumerable<RestoreContainerStatus> Unrestored(V1Alpha1ContainerRestore restore) =>
        (restore.Status.Containers ?? []).Where(container => container is { Checkpoint: not null, Result: RestoreResult.Pending or RestoreResult.Failed });

    private static RestoreProgress Failed(string reason, string message) => new(RestorePhase.Failed, reason, message, IsWarning: true);

    private static RestoreProgress Waiting(string reason, string message, bool isWarning) => new(RestorePhase.Running, reason, message, isWarning);
}
