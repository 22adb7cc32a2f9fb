using System.Text.Json;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Images;

/// <summary>
/// An image with one checkpoint in it: one manifest, one layer. Podman (<c>container checkpoint --create-image</c>), CRI-O, containerd
/// (with an index) and <c>checkpointctl build</c> make them, all with buildah's means.
/// </summary>
/// <param name="Manifest">The manifest, verified.</param>
/// <param name="Configuration">The image's configuration, verified.</param>
/// <param name="Layer">The checkpoint itself, not read yet.</param>
/// <param name="Annotations">What index and manifest say of the checkpoint.</param>
internal sealed record OciImage(OciDescriptor Manifest, OciDescriptor Configuration, OciDescriptor Layer, IReadOnlyDictionary<string, string> Annotations)
{
    // An index in the layout's own index, and one more: nobody nests deeper.
    private const int MaxIndexes = 3;

    private static readonly HashSet<string> IndexTypes =
        ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

    private static readonly HashSet<string> ManifestTypes =
        ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];

    // How it is compressed is seen by its first bytes, as engines do it.
    private static readonly HashSet<string> LayerTypes =
    [
        "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.oci.image.layer.v1.tar+zstd",
        "application/vnd.docker.image.rootfs.diff.tar", "application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.docker.image.rootfs.diff.tar.zstd",
    ];

    /// <summary>Finds the image of a layout. Everything but the layer is read and verified.</summary>
    internal static OciImage Read(OciLayout layout, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        using (var marker = CheckpointJson.ParseObject(layout.Read(OciLayout.LayoutFile, limits.MaxJsonBytes), OciLayout.LayoutFile))
        {
            var version = marker.RootElement.GetText("imageLayoutVersion", OciLayout.LayoutFile);
            if (version != "1.0.0")
                throw Refuse(OciLayout.LayoutFile, $"the layout's version is '{DisplayText.Of(version ?? "")}', and 1.0.0 is read");
        }

        var annotations = new CheckpointAnnotations();
        var name = OciLayout.IndexFile;
        var content = layout.Read(name, limits.MaxJsonBytes);
        for (var depth = 0; depth < MaxIndexes; depth++)
        {
            var next = ReadIndex(content, name, annotations);
            (name, content) = (next.Path, layout.Read(next, limits.MaxJsonBytes, cancellationToken));
            if (!IndexTypes.Contains(next.MediaType))
                return ReadManifest(layout, next, content, annotations, limits, cancellationToken);
        }

        throw Refuse(name, "indexes are nested too deep");
    }

    private static OciDescriptor ReadIndex(byte[] content, string name, CheckpointAnnotations annotations)
    {
        using var document = CheckpointJson.ParseObject(content, name);
        var index = document.RootElement;
        RefuseOtherType(index, IndexTypes, "layers", name);
        annotations.Add(index, name);
        var descriptor = Only(index, "manifests", name);
        annotations.Add(descriptor, name);
        var manifest = OciDescriptor.Parse(descriptor, name);
        if (!IndexTypes.Contains(manifest.MediaType) && !ManifestTypes.Contains(manifest.MediaType))
            throw Refuse(name, $"'{DisplayText.Of(manifest.MediaType)}' is neither an index nor a manifest");
        return manifest;
    }

    private static OciImage ReadManifest(
        OciLayout layout, OciDescriptor descriptor, byte[] content, CheckpointAnnotations annotations, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        var name = descriptor.Path;
        using var document = CheckpointJson.ParseObject(content, name);
        var manifest = document.RootElement;
        RefuseOtherType(manifest, [descriptor.MediaType], "manifests", name);
        annotations.Add(manifest, name);
        var configuration = OciDescriptor.Parse(
            manifest.Find("config", JsonValueKind.Object, name) ?? throw Refuse(name, "the manifest names no configuration"), name);
        var layer = OciDescriptor.Parse(Only(manifest, "layers", name), name);
        if (!LayerTypes.Contains(layer.MediaType))
            throw Refuse(name, $"a layer of type '{DisplayText.Of(layer.MediaType)}' is not read");
        CheckpointJson.ParseObject(layout.Read(configuration, limits.MaxJsonBytes, cancellationToken), configuration.Path).Dispose();
        return new OciImage(descriptor, configuration, layer, annotations.All);
    }

    // A document that is an index to one reader and a manifest to the next (CVE-2021-41190).
    private static void RefuseOtherType(JsonElement document, HashSet<string> types, string foreign, string name)
    {
        if (document.GetText("mediaType", name) is { } stated && !types.Contains(stated))
            throw Refuse(name, $"it calls itself '{DisplayText.Of(stated)}'");
        if (document.TryGetProperty(foreign, out _))
            throw Refuse(name, $"'{foreign}' has no place in it");
    }

    private static JsonElement Only(JsonElement document, string list, string name)
    {
        var elements = document.Find(list, JsonValueKind.Array, name);
        return elements?.GetArrayLength() == 1
            ? elements.Value[0]
            : throw Refuse(name, $"it lists {elements?.GetArrayLength() ?? 0} {list}; a checkpoint's image has one");
    }

    private static ArchiveRefusedException Refuse(string name, string detail) => new(ArchiveRefusal.InvalidImage, name, -1, detail);
}
