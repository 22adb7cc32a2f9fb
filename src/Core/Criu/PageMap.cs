using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu.Protos;
using Google.Protobuf;

namespace CheckpointOperator.Core.Criu;

/// <summary>A process's pages as pagemap-PID.img lists them: which of its memory lies where in pages-N.img. What no run covers was zero, or a file's.</summary>
internal sealed class PageMap
{
    // criu/include/pagemap.h: PE_PARENT, PE_LAZY, PE_PRESENT.
    private const uint InParent = 1;
    private const uint Lazy = 2;
    private const uint Present = 4;

    // pagemap_head has field 1, pagemap_entry 1 to 5. Compressed pages (criu pull request 2895) and what may come later bring more.
    private const int HeadFields = 1;
    private const int EntryFields = 5;

    private PageMap(uint pagesId, List<PageRun> runs, long pagesLength)
    {
        PagesId = pagesId;
        Runs = runs;
        PagesLength = pagesLength;
    }

    /// <summary>The N of pages-N.img.</summary>
    internal uint PagesId { get; }

    /// <summary>By address; none overlaps another.</summary>
    internal IReadOnlyList<PageRun> Runs { get; }

    /// <summary>Bytes that pages-N.img has to have.</summary>
    internal long PagesLength { get; }

    internal static PageMap Read(string name, ReadOnlyMemory<byte> image, uint pageSize)
    {
        PagemapHead? head = null;
        var runs = new List<PageRun>();
        long offset = 0;
        foreach (var entry in ImageFile.Entries(name, image, ImageMagic.PageMap))
        {
            RefuseNewFields(name, entry, head is null ? HeadFields : EntryFields);
            if (head is null)
            {
                head = ImageFile.Parse(name, entry, PagemapHead.Parser);
                continue;
            }

            var run = Run(name, ImageFile.Parse(name, entry, PagemapEntry.Parser), pageSize, offset);
            if (runs.Count > 0 && run.Address < runs[^1].End)
                throw ImageFile.Refuse(name, $"the pages at {run.Address:x} are not after those before them");
            if (run.IsPresent)
                offset += run.Length;
            if (offset < 0)
                throw ImageFile.Refuse(name, "it names more pages than any file has");
            runs.Add(run);
        }

        return head is null ? throw ImageFile.Refuse(name, "it has no head") : new PageMap(head.PagesId, runs, offset);
    }

    /// <summary>The N of pages-N.img, without reading further.</summary>
    internal static uint ReadPagesId(string name, ReadOnlyMemory<byte> image) =>
        ImageFile.First(name, image, ImageMagic.PageMap, PagemapHead.Parser).PagesId;

    private static PageRun Run(string name, PagemapEntry entry, uint pageSize, long offset)
    {
        var pages = entry.HasNrPages ? entry.NrPages : entry.CompatNrPages;
        // Before CRIU 3.0 there were no flags.
        var flags = entry.HasFlags ? entry.Flags : entry.InParent ? InParent : Present;
        if ((flags & ~(InParent | Lazy | Present)) != 0)
            throw Unsupported(name, $"the pages at {entry.Vaddr:x} have flags {flags:x}");
        if (pages == 0 || pages > (ulong)long.MaxValue / pageSize || entry.Vaddr > ulong.MaxValue - (pages * pageSize) || entry.Vaddr % pageSize != 0)
            throw ImageFile.Refuse(name, $"{pages} pages at {entry.Vaddr:x} cannot be");
        return new PageRun(entry.Vaddr, (long)(pages * pageSize), offset, (flags & Present) != 0, (flags & InParent) != 0);
    }

    // A field that is not known may change what the others mean: then pages would be read at wrong places.
    private static void RefuseNewFields(string name, ReadOnlyMemory<byte> entry, int known)
    {
        try
        {
            using var input = new CodedInputStream(entry.ToArray());
            while (input.ReadTag() is var tag and not 0)
            {
                if (WireFormat.GetTagFieldNumber(tag) > known)
                    throw Unsupported(name, $"it has field {WireFormat.GetTagFieldNumber(tag)}");
                input.SkipLastField();
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            throw ImageFile.Refuse(name, $"an entry is damaged: {e.Message}", e);
        }
    }

    private static ArchiveRefusedException Unsupported(string name, string detail) =>
        new(ArchiveRefusal.UnsupportedCriuImage, ArchiveImages.EntryOf(name), -1, $"{detail}, as compressed or newer images have; inspect it with the CRIU that wrote it, or dump without compression");
}
