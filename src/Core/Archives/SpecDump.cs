using System.Text;
using System.Text.Json;

namespace CheckpointOperator.Core.Archives;

/// <summary>Whose container it was, from spec.dump's annotations in the dialects of podman, CRI-O and containerd.</summary>
internal sealed record SpecDump(ArchiveEngine Engine, ContainerIdentity Identity, string? Image)
{
    private const string CrioLabels = "io.kubernetes.cri-o.Labels";

    internal static SpecDump Parse(ReadOnlyMemory<byte> json)
    {
        using var document = CheckpointJson.ParseObject(json, CheckpointFiles.SpecDump);
        if (document.RootElement.Find("annotations", JsonValueKind.Object, CheckpointFiles.SpecDump) is not { } annotations)
            return new SpecDump(ArchiveEngine.Containerd, new ContainerIdentity(), null);

        using var labels = Text(CrioLabels) is { } text ? CheckpointJson.ParseObject(Encoding.UTF8.GetBytes(text), CheckpointFiles.SpecDump) : null;
        var engine = Text("io.container.manager") switch
        {
            "libpod" => ArchiveEngine.Podman,
            "cri-o" => ArchiveEngine.CriO,
            _ => ArchiveEngine.Containerd,
        };
        var containerd = new ContainerIdentity(
            Text("io.kubernetes.cri.sandbox-namespace"), Text("io.kubernetes.cri.sandbox-name"), Text("io.kubernetes.cri.sandbox-uid"), Text("io.kubernetes.cri.container-name"));
        var checkpointctl = new ContainerIdentity(
            Text("org.criu.checkpoint.pod.namespace"), Text("org.criu.checkpoint.pod.name"), Text("org.criu.checkpoint.pod.uid"), Text("org.criu.checkpoint.container.name"));
        var identity = ContainerIdentity.FromLabels(annotations, CheckpointFiles.SpecDump)
            .And(containerd, CheckpointFiles.SpecDump)
            .And(checkpointctl, CheckpointFiles.SpecDump);
        if (labels is not null)
            identity = identity.And(ContainerIdentity.FromLabels(labels.RootElement, CheckpointFiles.SpecDump), CheckpointFiles.SpecDump);
        return new SpecDump(engine, identity, Text("io.kubernetes.cri.image-name") ?? Text("io.kubernetes.cri-o.ImageName"));

        string? Text(string name) => annotations.GetText(name, CheckpointFiles.SpecDump);
    }
}
