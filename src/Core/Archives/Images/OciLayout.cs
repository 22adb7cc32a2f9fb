namespace CheckpointOperator.Core.Archives.Images;

/// <summary>An OCI image layout (image-spec, image-layout.md): its files by their names.</summary>
internal abstract class OciLayout
{
    internal const string LayoutFile = "oci-layout";
    internal const string IndexFile = "index.json";
    internal const string Blobs = "blobs";

    /// <summary>Whether a file's content can be passed over without reading it.</summary>
    internal abstract bool CanSkip { get; }

    /// <summary>Opens a file; one that is missing is refused.</summary>
    internal abstract Stream Open(string name);

    /// <summary>Bytes that the image takes.</summary>
    internal abstract long LengthOf(OciImage image);

    /// <summary>The digest by which the image can be recognised.</summary>
    internal abstract string DigestOf(OciImage image, CancellationToken cancellationToken);

    /// <summary>A file's content.</summary>
    internal byte[] Read(string name, int maxLength)
    {
        using var stream = Open(name);
        return ReadAll(stream, name, maxLength);
    }

    /// <summary>The content of a part, which has to be the one that is named.</summary>
    internal byte[] Read(OciDescriptor descriptor, int maxLength, CancellationToken cancellationToken)
    {
        using var stream = new VerifiedStream(Open(descriptor.Path), descriptor);
        var content = ReadAll(stream, descriptor.Path, maxLength);
        stream.Complete(cancellationToken);
        return content;
    }

    protected static ArchiveRefusedException Missing(string name) => new(ArchiveRefusal.MissingEntry, name, -1, "the image has none");

    // What is stated as size may be a lie, so memory grows with what is there.
    private static byte[] ReadAll(Stream stream, string name, int maxLength)
    {
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            content.Write(buffer, 0, count);
            if (content.Length > maxLength)
                throw new ArchiveRefusedException(ArchiveRefusal.JsonTooLarge, name, -1, $"at most {maxLength} bytes are read");
        }

        return content.ToArray();
    }
}
