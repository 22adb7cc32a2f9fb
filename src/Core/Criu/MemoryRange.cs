namespace CheckpointOperator.Core.Criu;

/// <summary>Some bytes of a process's memory. Those of pages that were not dumped are zero.</summary>
internal sealed class MemoryRange(ulong start, int length)
{
    internal byte[] Bytes { get; } = new byte[length];

    /// <summary>Whether all of it is in the archive, not in an earlier checkpoint or left for a lazy restore.</summary>
    internal bool IsComplete { get; private set; } = true;

    /// <summary>Fills the ranges, which may overlap, from the pages; a map without present ones needs none.</summary>
    internal static void Fill(MemoryRange[] ranges, PageMap map, PagesStream? pages)
    {
        foreach (var run in map.Runs)
        {
            foreach (var range in ranges)
            {
                if (!run.IsPresent && range.Overlaps(run))
                    range.IsComplete = false;
            }

            if (run.IsPresent && ranges.Any(range => range.Overlaps(run)))
                FillFrom(run, ranges, pages!);
        }
    }

    // The part of the run from the first range's start to the last one's end, in order and only once.
    private static void FillFrom(PageRun run, MemoryRange[] ranges, PagesStream pages)
    {
        var wanted = ranges.Where(range => range.Overlaps(run)).OrderBy(range => range.FirstIn(run)).ToArray();
        var buffer = new byte[64 * 1024];
        for (var at = wanted[0].FirstIn(run); wanted.Any(range => range.EndIn(run) > at);)
        {
            // Between two ranges nothing is read.
            at = Math.Max(at, wanted.Where(range => range.EndIn(run) > at).Min(range => range.FirstIn(run)));
            var end = Math.Min(wanted.Max(range => range.EndIn(run)), at + (ulong)buffer.Length);
            var piece = buffer.AsSpan(0, (int)(end - at));
            pages.Read(run.Offset + (long)(at - run.Address), piece);
            foreach (var range in wanted)
                range.Take(at, piece);
            at = end;
        }
    }

    private ulong End => start + (ulong)length;

    private bool Overlaps(PageRun run) => length > 0 && start < run.End && run.Address < End;

    private ulong FirstIn(PageRun run) => Math.Max(start, run.Address);

    private ulong EndIn(PageRun run) => Math.Min(End, run.End);

    private void Take(ulong at, ReadOnlySpan<byte> piece)
    {
        var from = Math.Max(at, start);
        var to = Math.Min(at + (ulong)piece.Length, End);
        if (from < to)
            piece[(int)(from - at)..(int)(to - at)].CopyTo(Bytes.AsSpan((int)(from - start)));
    }
}
