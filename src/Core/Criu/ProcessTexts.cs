using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Criu;

/// <summary>Takes the processes' command lines and environments out of their pages.</summary>
internal sealed class ProcessTexts(ArchiveImages images)
{
    private readonly Dictionary<uint, ProcessText> _texts = [];
    private readonly Dictionary<uint, uint> _processes = [];
    private readonly HashSet<string> _heads = [];

    /// <summary>The texts of a process. One that has no pages of its own in the archive needs none; where they are missing the archive is refused.</summary>
    internal ProcessText Get(uint pid, MemoryImage memory)
    {
        if (_texts.TryGetValue(pid, out var text))
            return text;
        var name = ImageNames.Of(ImageNames.PageMap, pid);
        var map = PageMap.Read(name, images.Require(name), memory.PageSize);
        if (map.PagesLength > 0)
            images.Require(ImageNames.Of(ImageNames.Pages, map.PagesId));
        return ProcessText.Read(ImageNames.Of(ImageNames.Mm, pid), memory.Entry, map, null, images);
    }

    /// <summary>Reads those of the process whose pages the reader is at; false when the images that tell which and where are not known yet.</summary>
    internal bool TryRead(uint pages, TarReader reader)
    {
        ReadHeads();
        if (!_processes.TryGetValue(pages, out var pid))
            return false;
        if (_texts.ContainsKey(pid))
            return true;
        var mmName = ImageNames.Of(ImageNames.Mm, pid);
        if (images.Find(mmName) is not { } mm)
            return false;
        var mapName = ImageNames.Of(ImageNames.PageMap, pid);
        var memory = MemoryImage.Read(mmName, mm);
        var map = PageMap.Read(mapName, images.Require(mapName), memory.PageSize);
        _texts.Add(pid, ProcessText.Read(mmName, memory.Entry, map, new PagesStream(map, reader), images));
        return true;
    }

    /// <summary>Whether a process has pages whose texts were not read.</summary>
    internal bool AreMissing()
    {
        ReadHeads();
        return _processes.Values.Any(pid => !_texts.ContainsKey(pid));
    }

    // Page maps that came since.
    private void ReadHeads()
    {
        foreach (var name in images.Names)
        {
            if (ArchiveImages.NumberIn(name, ImageNames.PageMap) is not { } pid || !_heads.Add(name))
                continue;
            var pages = PageMap.ReadPagesId(name, images.Require(name));
            if (!_processes.TryAdd(pages, pid))
                throw ImageFile.Refuse(name, $"two processes have the same pages-{pages}.img");
        }
    }
}
