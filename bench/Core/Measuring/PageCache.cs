namespace CheckpointOperator.Core.Benchmark.Measuring;

/// <summary>Brings the page cache into the state in which a run is to find it.</summary>
internal static class PageCache
{
    private static readonly byte[] Buffer = new byte[1 << 20];

    /// <summary>Everything is on the disk and nothing in memory; of a tmpfs nothing changes.</summary>
    internal static void Drop() => File.WriteAllText("/proc/sys/vm/drop_caches", "3\n");

    /// <summary>Everything below a folder is in memory.</summary>
    internal static void Warm(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            using var handle = File.OpenHandle(file);
            for (long position = 0; RandomAccess.Read(handle, Buffer, position) is var count and > 0; position += count)
                ;
        }
    }
}
