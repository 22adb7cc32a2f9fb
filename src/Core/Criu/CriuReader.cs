using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Criu;

/// <summary>
/// Reads CRIU's images out of an archive without unpacking it: one pass for the small images, and a second one where memory is wanted that lay in front of
/// the image that tells where to look in it (podman writes the images in any order). A plain archive is sought through, so that pages are not read.
/// </summary>
internal sealed class CriuReader
{
    private readonly ArchiveImages _images;
    private readonly ProcessTexts _texts;
    private readonly CriuParts _parts;
    private bool _passedPages;

    internal CriuReader(ArchiveImages images, CriuParts parts)
    {
        _images = images;
        _parts = parts;
        _texts = new ProcessTexts(images);
    }

    /// <summary>Looks at an entry in the first pass.</summary>
    internal void Visit(TarEntry entry, TarReader reader)
    {
        if (ArchiveImages.NameOf(entry) is not { } name)
            return;
        if (ImageNames.IsWanted(name, _parts))
            _images.Add(name, reader);
        else if (ImageNames.WantsTexts(_parts) && ImageNames.PagesId(name) is { } pages)
            _passedPages |= !_texts.TryRead(pages, reader);
    }

    /// <summary>Whether the archive has to be gone through once more.</summary>
    internal bool NeedsPages => _passedPages && _texts.AreMissing();

    /// <summary>Looks at an entry in the second pass.</summary>
    internal void VisitPages(TarEntry entry, TarReader reader)
    {
        if (ArchiveImages.NameOf(entry) is { } name && ImageNames.PagesId(name) is { } pages)
            _texts.TryRead(pages, reader);
    }

    /// <summary>What was found.</summary>
    internal CriuCheckpoint Complete() => new CheckpointAssembler(_images, _texts, _parts).Assemble();
}
