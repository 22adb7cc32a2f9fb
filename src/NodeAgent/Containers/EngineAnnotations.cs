namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>
/// The annotations of a container's configuration in which its engine notes whose it is. Only those of the container's own engine count: CRI-O hands every
/// annotation of a Pod on, so that a Pod may claim anything in another engine's words.
/// </summary>
/// <param name="Namespace">The Pod's namespace.</param>
/// <param name="PodName">The Pod's name.</param>
/// <param name="PodUid">The Pod's UID.</param>
/// <param name="ContainerName">The container's name in the Pod.</param>
/// <param name="Image">The image's name.</param>
public sealed record EngineAnnotations(string Namespace, string PodName, string PodUid, string ContainerName, string Image)
{
    /// <summary>The digest, without its algorithm, of the configuration of the image that CRI-O made a container of.</summary>
    public const string CriOImageId = "io.kubernetes.cri-o.ImageRef";

    /// <summary>What CRI-O calls a Pod's addresses, followed by 0, 1 and so on.</summary>
    public const string CriOAddress = "io.kubernetes.cri-o.IP.";

    private static readonly EngineAnnotations Containerd = new(
        "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-name", "io.kubernetes.cri.sandbox-uid", "io.kubernetes.cri.container-name",
        "io.kubernetes.cri.image-name");

    // The kubelet's labels, which CRI-O writes last.
    private static readonly EngineAnnotations CriO = new(
        "io.kubernetes.pod.namespace", "io.kubernetes.pod.name", "io.kubernetes.pod.uid", "io.kubernetes.container.name", "io.kubernetes.cri-o.ImageName");

    /// <summary>Those of an engine.</summary>
    /// <param name="id">A container of it.</param>
    public static EngineAnnotations Of(ContainerId id) => id.Engine == ContainerId.CriO ? CriO : Containerd;
}
