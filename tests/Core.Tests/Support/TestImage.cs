using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Core.Tests.Support;

/// <summary>An OCI image layout of one layer, part by part, so that each can be made wrong.</summary>
internal sealed class TestImage
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    public const string IndexType = "application/vnd.oci.image.index.v1+json";

    private readonly Dictionary<string, byte[]> _blobs = [];

    public TestImage(byte[] layer, string layerType = "application/vnd.oci.image.layer.v1.tar")
    {
        Layer = Blob(layer, layerType);
        Configuration = Blob("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray(), "application/vnd.oci.image.config.v1+json");
        Manifest = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = ManifestType, ["config"] = Configuration, ["layers"] = new JsonArray(Layer), ["annotations"] = new JsonObject() };
        Index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(), ["annotations"] = new JsonObject() };
    }

    public JsonObject Layer { get; }

    public JsonObject Configuration { get; }

    public JsonObject Manifest { get; }

    public JsonObject Index { get; }

    public string ManifestDescriptorType { get; set; } = ManifestType;

    public string LayoutFile { get; set; } = """{"imageLayoutVersion":"1.0.0"}""";

    public string LayerPath => PathOf(Layer);

    /// <summary>Adds a part; its descriptor.</summary>
    public JsonObject Blob(byte[] content, string mediaType)
    {
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
        _blobs[$"blobs/{digest.Replace(':', '/')}"] = content;
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = content.Length };
    }

    public static string PathOf(JsonObject descriptor) => $"blobs/{((string)descriptor["digest"]!).Replace(':', '/')}";

    public void Change(string path, Func<byte[], byte[]> change) => _blobs[path] = change(_blobs[path]);

    /// <summary>Puts the manifest into an index of its own, below the layout's.</summary>
    public TestImage Nest(string key = "", string value = "")
    {
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = IndexType, ["manifests"] = new JsonArray(AddManifest()) };
        if (key.Length > 0)
            index["annotations"] = new JsonObject { [key] = value };
        Index["manifests"]!.AsArray().Add(Blob(Json(index), IndexType));
        return this;
    }

    public JsonObject AddManifest() => Blob(Json(Manifest), ManifestDescriptorType);

    /// <summary>All files, the index last, as podman writes them.</summary>
    public IEnumerable<(string Name, byte[] Content)> Files()
    {
        if (Index["manifests"] is JsonArray { Count: 0 } manifests)
            manifests.Add(AddManifest());
        foreach (var (name, content) in _blobs)
            yield return (name, content);
        yield return ("index.json", Json(Index));
        yield return ("oci-layout", Encoding.UTF8.GetBytes(LayoutFile));
    }

    public void WriteTo(string folder)
    {
        foreach (var (name, content) in Files())
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    public HandmadeTar ToTar()
    {
        var tar = new HandmadeTar().Folder("blobs/").Folder("blobs/sha256/");
        foreach (var (name, content) in Files())
            tar.Entry(name, '0', content);
        return tar;
    }

    private static byte[] Json(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());
}
