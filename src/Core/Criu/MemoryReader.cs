using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Criu;

/// <summary>Hands on a process's pages, by address, without keeping them.</summary>
internal sealed class MemoryReader(uint pid, ArchiveLimits limits)
{
    private const int PieceLength = 128 * 1024;

    private readonly ArchiveImages _images = new(limits);
    private readonly string _mapName = ImageNames.Of(ImageNames.PageMap, pid);
    private readonly string _mmName = ImageNames.Of(ImageNames.Mm, pid);
    private PageMap? _map;
    private bool _isRead;

    /// <summary>Looks at an entry in the first pass.</summary>
    internal void Visit(TarEntry entry, TarReader reader)
    {
        if (ArchiveImages.NameOf(entry) is { } name && (name == _mapName || name == _mmName))
            _images.Add(name, reader);
    }

    /// <summary>Whether the process has memory; its page map is read then.</summary>
    internal bool TryReadMap()
    {
        if (_images.Find(_mapName) is not { } image)
            return false;
        _map = PageMap.Read(_mapName, image, MemoryImage.Read(_mmName, _images.Require(_mmName)).PageSize);
        _isRead = _map.PagesLength == 0;
        return true;
    }

    /// <summary>Looks at an entry in the second pass.</summary>
    internal void VisitPages(TarEntry entry, TarReader reader, MemoryVisitor visitor, CancellationToken cancellationToken)
    {
        if (ArchiveImages.NameOf(entry) is not { } name || ImageNames.PagesId(name) != _map!.PagesId)
            return;
        _isRead = true;
        var pages = new PagesStream(_map, reader);
        var piece = new byte[PieceLength];
        foreach (var run in _map.Runs)
        {
            for (long done = 0; run.IsPresent && done < run.Length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, run.Length - done));
                pages.Read(run.Offset + done, bytes);
                visitor(run.Address + (ulong)done, bytes);
                done += bytes.Length;
            }
        }
    }

    /// <summary>Refuses an archive whose page map names pages that it has not.</summary>
    internal void Complete()
    {
        if (!_isRead)
            _images.Require(ImageNames.Of(ImageNames.Pages, _map!.PagesId));
    }
}
