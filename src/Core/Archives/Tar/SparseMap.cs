namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Where the data of a sparse file lies: regions in order, none empty, none beyond the file's end.</summary>
internal sealed class SparseMap
{
    private readonly List<SparseRegion> _regions;
    private int _next;

    private SparseMap(List<SparseRegion> regions, long size)
    {
        _regions = regions;
        Size = size;
    }

    /// <summary>The file's size, holes included.</summary>
    internal long Size { get; }

    internal IReadOnlyList<SparseRegion> Regions => _regions;

    /// <summary>Checks a map that an archive states.</summary>
    /// <param name="entry">The file's entry, for a refusal.</param>
    /// <param name="regions">The regions, as they stand; each number is positive.</param>
    /// <param name="size">The file's size.</param>
    /// <param name="stored">Bytes of data that the archive holds.</param>
    internal static SparseMap Create(TarEntry entry, List<SparseRegion> regions, long size, long stored)
    {
        long end = 0, data = 0;
        var aligned = true;
        foreach (var region in regions)
        {
            if (region.Offset < end)
                throw Refuse($"the region at {region.Offset} begins before the end of the one before it, {end}");
            if (region.Offset > size || region.Length > size - region.Offset)
                throw Refuse($"the region of {region.Length} bytes at {region.Offset} leads past the file's end, {size}");
            end = region.End;
            if (region.Length == 0)
                continue;
            // GNU tar fills each region up to a block, others do not: what they both read alike is taken.
            if (!aligned)
                throw Refuse("only the last region may have a length that is no multiple of 512");
            aligned = region.Length % TarHeader.BlockSize == 0;
            data += region.Length;
        }

        if (data != stored)
            throw Refuse($"its regions have {data} bytes, the archive {stored}");
        // GNU tar ends each map with an empty region.
        regions.RemoveAll(static region => region.Length == 0);
        return new SparseMap(regions, size);

        ArchiveRefusedException Refuse(string detail) => entry.Refuse(ArchiveRefusal.InvalidSparseMap, detail);
    }

    /// <summary>What follows a position, which never goes back: data or a hole, and how long it is.</summary>
    internal long RunAt(long position, out bool isHole)
    {
        while (_next < _regions.Count && position >= _regions[_next].End)
            _next++;
        if (_next == _regions.Count)
        {
            isHole = true;
            return Size - position;
        }

        var region = _regions[_next];
        isHole = position < region.Offset;
        return (isHole ? region.Offset : region.End) - position;
    }
}
