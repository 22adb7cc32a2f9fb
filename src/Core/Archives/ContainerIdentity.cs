using System.Text.Json;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives;

/// <summary>Which container of which Pod; null for what is not told.</summary>
internal sealed record ContainerIdentity(string? Namespace = null, string? Pod = null, string? PodUid = null, string? Container = null)
{
    /// <summary>From the labels that the kubelet gives to every container (k8s.io/kubelet, pkg/types/labels.go).</summary>
    internal static ContainerIdentity FromLabels(JsonElement labels, string entry) => new(
        labels.GetText("io.kubernetes.pod.namespace", entry),
        labels.GetText("io.kubernetes.pod.name", entry),
        labels.GetText("io.kubernetes.pod.uid", entry),
        labels.GetText("io.kubernetes.container.name", entry));

    /// <summary>
    /// What both tell. An archive that is one Pod's to one reader and another's to the next is refused.
    /// </summary>
    /// <param name="other">What <paramref name="entry"/> tells.</param>
    /// <param name="entry">Where that stands.</param>
    internal ContainerIdentity And(ContainerIdentity other, string entry) => new(
        Agreed("namespace", Namespace, other.Namespace, entry),
        Agreed("pod", Pod, other.Pod, entry),
        Agreed("pod UID", PodUid, other.PodUid, entry),
        Agreed("container", Container, other.Container, entry));

    private static string? Agreed(string what, string? first, string? second, string entry) =>
        first is null || second is null || first == second
            ? first ?? second
            : throw new ArchiveRefusedException(ArchiveRefusal.ConflictingIdentity, entry, -1, $"its {what} is '{DisplayText.Of(first)}' and '{DisplayText.Of(second)}'");
}
