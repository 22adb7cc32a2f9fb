using System.Text.Json;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Images;

/// <summary>How an OCI image names one of its parts (image-spec, descriptor.md).</summary>
/// <param name="MediaType">What it is.</param>
/// <param name="Digest"><c>sha256:</c> and 64 hexadecimal digits.</param>
/// <param name="Size">Its bytes.</param>
internal sealed record OciDescriptor(string MediaType, string Digest, long Size)
{
    private const string Algorithm = "sha256:";

    /// <summary>The part's name in a layout.</summary>
    internal string Path => $"blobs/sha256/{Digest[Algorithm.Length..]}";

    internal static OciDescriptor Parse(JsonElement descriptor, string entry)
    {
        if (descriptor.ValueKind != JsonValueKind.Object)
            throw CheckpointJson.Invalid(entry, "a descriptor has to be a JSON object");
        var mediaType = descriptor.GetText("mediaType", entry) ?? throw CheckpointJson.Invalid(entry, "a descriptor has no mediaType");
        var digest = descriptor.GetText("digest", entry) ?? throw CheckpointJson.Invalid(entry, "a descriptor has no digest");
        if (descriptor.Find("size", JsonValueKind.Number, entry) is not { } number || !number.TryGetInt64(out var size) || size < 0)
            throw CheckpointJson.Invalid(entry, "a descriptor has no size");
        // It becomes a part of a name.
        if (!digest.StartsWith(Algorithm, StringComparison.Ordinal) || digest.Length != Algorithm.Length + 64
            || !digest.Skip(Algorithm.Length).All(char.IsAsciiHexDigitLower))
            throw new ArchiveRefusedException(ArchiveRefusal.InvalidImage, entry, -1, $"'{DisplayText.Of(digest)}' is no SHA-256 digest");
        return new OciDescriptor(mediaType, digest, size);
    }

    internal ArchiveRefusedException Differs(string detail) => new(ArchiveRefusal.DigestMismatch, Path, -1, detail);
}
