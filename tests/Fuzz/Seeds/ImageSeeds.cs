using System.Text;
using CheckpointOperator.Fuzz.Targets;

namespace CheckpointOperator.Fuzz.Seeds;

/// <summary>OCI images of checkpoints, as <see cref="ImageTarget"/> has them.</summary>
internal static class ImageSeeds
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string IndexType = "application/vnd.oci.image.index.v1+json";

    internal static IEnumerable<(string Name, byte[] Content)> Create()
    {
        yield return ("image/podman", Image("io.podman.annotations.checkpoint.name", "web").ToArray(0));
        yield return ("image/folder", Image("org.criu.checkpoint.container.name", "web").ToArray(ImageTarget.InFolder));
        yield return ("image/index", Image("org.criu.checkpoint.container.name", "web", nested: true).ToArray(ImageTarget.IndexFirst));
        yield return ("image/other-name", Image("io.kubernetes.cri-o.annotations.checkpoint.name", "other").ToArray(0));
    }

    private static Records Image(string annotation, string value, bool nested = false)
    {
        var records = new Records();
        records.Add(ImageTarget.Index, Json($$"""{"schemaVersion":2,"manifests":[{{(nested ? Descriptor(IndexType, 1) : Descriptor(ManifestType, 2))}}]}"""));
        if (nested)
            records.Add(ImageTarget.InnerIndex, Json($$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{Descriptor(ManifestType, 2)}}]}"""));
        return records
            .Add(ImageTarget.Manifest, Json($$"""
                {"schemaVersion":2,"mediaType":"{{ManifestType}}","config":{{Descriptor("application/vnd.oci.image.config.v1+json", 3)}},
                "layers":[{{Descriptor("application/vnd.oci.image.layer.v1.tar", 4)}}],"annotations":{"{{annotation}}":"{{value}}"} }
                """))
            .Add(ImageTarget.Configuration, Json("""{"architecture":"amd64","os":"linux"}"""))
            .Add(ImageTarget.Layer, new SeedTar().File("config.dump", """{"id":"1","name":"web","runtime":"runc"}""").File("spec.dump", "{}").Finish());
    }

    private static string Descriptor(string type, int kind) => $$"""{"mediaType":"{{type}}","digest":"@{{kind}}","size":#{{kind}} }""";

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);
}
