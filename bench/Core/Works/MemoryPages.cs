namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>
/// Makes up a process's memory: of a hundred pages about 35 are empty, 5 random (keys, what is compressed already), 60 of words, pointers and counters that repeat.
/// gzip packs it to about a fifth: the memory of an API server, a .NET and a Python process packed to 12, 23 and 22 %.
/// </summary>
internal sealed class MemoryPages(int seed)
{
    private const int PageSize = 4096;
    private const int PagesAtOnce = 256;

    private readonly Random _random = new(seed);
    private readonly byte[] _vocabulary = Vocabulary(seed);
    private readonly byte[] _pages = new byte[PageSize * PagesAtOnce];

    /// <summary>Writes a file of so many bytes, rounded up to whole pages.</summary>
    internal void Write(string path, long bytes)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        var pages = Math.Max(1, (bytes + PageSize - 1) / PageSize);
        for (long page = 0; page < pages; page += PagesAtOnce)
        {
            var count = (int)Math.Min(PagesAtOnce, pages - page);
            for (var i = 0; i < count; i++)
                Fill(_pages.AsSpan(i * PageSize, PageSize));
            RandomAccess.Write(file, _pages.AsSpan(0, count * PageSize), page * PageSize);
        }
    }

    private void Fill(Span<byte> page)
    {
        var kind = _random.Next(100);
        if (kind < 35)
        {
            page.Clear();
            return;
        }

        _random.NextBytes(page);
        if (kind < 40)
            return;
        // What is not overwritten stays random: a few bytes between the words.
        for (var at = 0; at < page.Length;)
        {
            var length = Math.Min(_random.Next(16, 160), page.Length - at);
            _vocabulary.AsSpan(_random.Next(_vocabulary.Length - length), length).CopyTo(page[at..]);
            at += length + _random.Next(4);
        }
    }

    private static byte[] Vocabulary(int seed)
    {
        var random = new Random(seed);
        var words = new byte[16 * 1024];
        for (var i = 0; i < words.Length; i++)
            words[i] = (byte)(random.Next(4) == 0 ? 0 : 'a' + random.Next(24));
        return words;
    }
}
