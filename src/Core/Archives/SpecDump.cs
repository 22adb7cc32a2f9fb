using System.Text;
using System.Text.Json;

namespace CheckpointOperator.Core.Archives;

/// <summary>Whose container it was, from spec.dump's annotations in the dialects of podman, CRI-O and containerd.</summary>
internal sealed record SpecDump(ArchiveEngine Engine, string? Namespace, string? Pod, string? PodUid, string? Container, string? Image)
{
    private const string CrioLabels = "io.kubernetes.cri-o.Labels";

    internal static SpecDump Parse(ReadOnlyMemory<byte> json) => CheckpointJson.ReadObject(json, CheckpointFiles.SpecDump, Read);

    private static SpecDump Read(JsonElement spec)
    {
        if (!spec.TryGetProperty("annotations", out var annotations) || annotations.ValueKind != JsonValueKind.Object)
            return new SpecDump(ArchiveEngine.Containerd, null, null, null, null, null);

        var labels = Encoding.UTF8.GetBytes(annotations.GetText(CrioLabels) ?? "{}");
        var crio = CheckpointJson.ReadObject(labels, CheckpointFiles.SpecDump, static labels => labels.Clone());
        var engine = annotations.GetText("io.container.manager") switch
        {
            "libpod" => ArchiveEngine.Podman,
            "cri-o" => ArchiveEngine.CriO,
            _ => ArchiveEngine.Containerd,
        };
        return new SpecDump(
            engine,
            Agreed("namespace", crio.GetText("io.kubernetes.pod.namespace"), annotations, "io.kubernetes.cri.sandbox-namespace", "org.criu.checkpoint.pod.namespace"),
            Agreed("pod", crio.GetText("io.kubernetes.pod.name"), annotations, "io.kubernetes.cri.sandbox-name", "org.criu.checkpoint.pod.name"),
            Agreed("pod UID", crio.GetText("io.kubernetes.pod.uid"), annotations, "io.kubernetes.cri.sandbox-uid", "org.criu.checkpoint.pod.uid"),
            Agreed("container", crio.GetText("io.kubernetes.container.name"), annotations, "io.kubernetes.cri.container-name", "org.criu.checkpoint.container.name"),
            annotations.GetText("io.kubernetes.cri.image-name") ?? annotations.GetText("io.kubernetes.cri-o.ImageName"));
    }

    // An archive that is one Pod's to one reader and another's to the next is not told apart: it is refused.
    private static string? Agreed(string what, string? first, JsonElement annotations, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var value = annotations.GetText(name);
            if (first is not null && value is not null && first != value)
                throw new ArchiveRefusedException(ArchiveRefusal.ConflictingIdentity, CheckpointFiles.SpecDump, -1, $"its {what} is '{first}' and '{value}'");
            first ??= value;
        }

        return first;
    }
}
