using System.Globalization;
using System.Text;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Where a file has data (lseek(2), SEEK_DATA and SEEK_HOLE), and how a tar says so: PAX's GNU.sparse version 1.0, which GNU tar, bsdtar and Go's archive/tar,
/// so podman, containerd and checkpointctl, read. Written because a file of a few bytes may claim a terabyte, and a container may make one: zeros
/// would fill the node's disk.
/// </summary>
internal static class SparseLayout
{
    // Less is not worth a header, and readers that are not told of holes are the rule.
    private const long MinHoles = 64 * 1024;

    // Go's reader takes a map of 1 MiB at most; the rest of a file in more pieces is written with its zeros.
    private const int MaxRegions = 8192;

    /// <summary>The regions, each on blocks but for the file's end; null when the file is as good as full.</summary>
    internal static List<SparseRegion>? Find(SafeFileHandle file, long size)
    {
        if (size < MinHoles)
            return null;
        // File systems that know of no holes say that there is one at the end.
        if (Seek(file, 0, Libc.SEEK_HOLE) is not { } first || first >= size)
            return null;
        var regions = new List<SparseRegion>();
        long data = 0;
        for (long position = 0; position < size && Seek(file, position, Libc.SEEK_DATA) is { } start && start < size;)
        {
            start -= start % TarHeader.BlockSize;
            var end = regions.Count == MaxRegions - 1 ? size : Seek(file, start, Libc.SEEK_HOLE) ?? size;
            end = Math.Min(size, end + ((TarHeader.BlockSize - (end % TarHeader.BlockSize)) % TarHeader.BlockSize));
            // Rounded up to blocks two may have met.
            if (regions.Count > 0 && regions[^1].End >= start)
                regions[^1] = new SparseRegion(regions[^1].Offset, end - regions[^1].Offset);
            else
                regions.Add(new SparseRegion(start, end - start));
            position = end;
        }

        foreach (var region in regions)
            data += region.Length;
        return size - data < MinHoles ? null : regions;
    }

    /// <summary>The map that stands before the data, filled up to a block. It ends with an empty region, by which GNU tar knows the file's end.</summary>
    internal static byte[] Map(IReadOnlyList<SparseRegion> regions, long size)
    {
        var map = new StringBuilder();
        map.Append(CultureInfo.InvariantCulture, $"{regions.Count + 1}\n");
        foreach (var region in regions)
            map.Append(CultureInfo.InvariantCulture, $"{region.Offset}\n{region.Length}\n");
        map.Append(CultureInfo.InvariantCulture, $"{size}\n0\n");
        var blocks = (map.Length + TarHeader.BlockSize - 1) / TarHeader.BlockSize;
        var bytes = new byte[blocks * TarHeader.BlockSize];
        Encoding.ASCII.GetBytes(map.ToString(), bytes);
        return bytes;
    }

    private static long? Seek(SafeFileHandle file, long offset, int whence) => Libc.lseek(file, offset, whence) is var found and >= 0 ? found : null;
}
