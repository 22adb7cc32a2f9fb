using System.Security.Cryptography;
using System.Text.Json;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>An image in a folder (OCI image layout).</summary>
internal static class ImageLayout
{
    /// <summary>Writes one with these layers, plain tars, the lowest first.</summary>
    public static void Write(string folder, params IReadOnlyList<string> layers)
    {
        string blobs = Path.Combine(folder, "blobs/sha256");
        Directory.CreateDirectory(blobs);
        object[] descriptors = [.. layers.Select(layer => Add("application/vnd.oci.image.layer.v1.tar", File.ReadAllBytes(layer)))];
        string[] digests = [.. layers.Select(layer => Digest(File.ReadAllBytes(layer)))];
        object config = AddJson("application/vnd.oci.image.config.v1+json", new { architecture = Architecture, os = "linux", rootfs = new { type = "layers", diff_ids = digests } });
        object manifest = AddJson(
            "application/vnd.oci.image.manifest.v1+json",
            new { schemaVersion = 2, mediaType = "application/vnd.oci.image.manifest.v1+json", config, layers = descriptors });
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllBytes(Path.Combine(folder, "index.json"), JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, manifests = new[] { manifest } }));

        object AddJson(string mediaType, object content) => Add(mediaType, JsonSerializer.SerializeToUtf8Bytes(content));

        object Add(string mediaType, byte[] content)
        {
            string digest = Digest(content);
            File.WriteAllBytes(Path.Combine(blobs, digest["sha256:".Length..]), content);
            return new { mediaType, digest, size = content.Length };
        }
    }

    private static string Architecture =>
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}
