using CheckpointOperator.Core.Archives.Images;

namespace CheckpointOperator.Core.Archives;

/// <summary>Where a checkpoint's tar is: a file, or the layer of an image.</summary>
internal sealed class CheckpointSource
{
    private readonly Func<Stream>? _file;
    private readonly OciLayout? _layout;
    private readonly OciImage? _image;

    private CheckpointSource(Func<Stream>? file, OciLayout? layout, OciImage? image)
    {
        _file = file;
        _layout = layout;
        _image = image;
    }

    internal bool IsImage => _image is not null;

    internal IReadOnlyDictionary<string, string> Annotations => _image?.Annotations ?? ArchiveMetadata.NoAnnotations;

    /// <summary>Whether parts of the tar as it is packed can be passed over without reading them.</summary>
    internal bool CanSkip => _layout is null || _layout.CanSkip;

    /// <summary>Tells by the content whether a file is a checkpoint or an image of one.</summary>
    internal static CheckpointSource Of(Func<Stream> file, ArchiveLimits limits, CancellationToken cancellationToken) =>
        OciLayoutTar.TryOpen(file, limits, cancellationToken) is { } layout ? Of(layout, limits, cancellationToken) : new CheckpointSource(file, null, null);

    internal static CheckpointSource Of(OciLayout layout, ArchiveLimits limits, CancellationToken cancellationToken) =>
        new(null, layout, OciImage.Read(layout, limits, cancellationToken));

    /// <summary>Opens the tar as it is packed. That of an image is verified, if so wanted, when it was read to its end.</summary>
    internal Stream Open(bool verified)
    {
        if (_file is not null)
            return _file();
        var layer = _layout!.Open(_image!.Layer.Path);
        return verified ? new VerifiedStream(layer, _image.Layer) : layer;
    }

    /// <summary>Bytes of the file or the image.</summary>
    internal long Length()
    {
        if (_image is not null)
            return _layout!.LengthOf(_image);
        using var file = _file!();
        return file.Length;
    }

    /// <summary>The digest of an image.</summary>
    internal string ImageDigest(CancellationToken cancellationToken) => _layout!.DigestOf(_image!, cancellationToken);
}
