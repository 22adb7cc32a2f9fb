using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Images;

/// <summary>A layout that lies in a folder, as <c>podman save --format oci-dir</c> and skopeo write it.</summary>
internal sealed class OciLayoutFolder(RootDirectory folder) : OciLayout
{
    internal override bool CanSkip => true;

    internal override Stream Open(string name) => CheckpointFiles.TryOpen(folder, name) is { } file ? new HandleStream(file, ownsHandle: true) : throw Missing(name);

    internal override long LengthOf(OciImage image) => image.Manifest.Size + image.Configuration.Size + image.Layer.Size;

    /// <summary>The manifest's, by which registries and engines know the image; through it everything else is named.</summary>
    internal override string DigestOf(OciImage image, CancellationToken cancellationToken) => image.Manifest.Digest;
}
