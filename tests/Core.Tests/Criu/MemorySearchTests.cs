using System.Text;
using System.Text.RegularExpressions;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.Criu.Protos;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Criu;

/// <summary>Searching memory piece by piece finds what searching it as a whole finds.</summary>
public sealed class MemorySearchTests : IDisposable
{
    private const ulong Start = 0x10000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Text_is_found_wherever_the_windows_and_pieces_end(int seed)
    {
        var random = new Random(seed);
        var memory = Noise(random, 5 << 20);
        for (var i = 0; i < 2000; i++)
            "needle"u8.CopyTo(memory.AsSpan(random.Next(memory.Length - 6)));
        // The first window's end, the second one's and so on are near the multiples of 1 MiB.
        for (var window = 1 << 20; window < memory.Length; window += 1 << 20)
            for (var near = -70; near < 70; near += 7)
                "needle"u8.CopyTo(memory.AsSpan(window + near));
        var text = Encoding.Latin1.GetString(memory);
        var expected = System.Text.RegularExpressions.Regex.Matches(text, "needle").Select(match => match.Index).ToList();
        Assert.Equal(expected, Search(MemoryPattern.Text("needle"), memory, random, 9).Select(match => (int)(match.Address - Start)));
        Assert.Equal(expected, Search(MemoryPattern.Regex("n[e]{2}dle"), memory, random, 0).Select(match => (int)(match.Address - Start)));
    }

    [Fact]
    public void An_expression_finds_in_pieces_what_it_finds_in_the_whole()
    {
        var random = new Random(4);
        var memory = Noise(random, 3 << 20);
        const string expression = @"\bSECRET=[a-z]{1,40}|xy+z|(?i:password)\W";
        for (var i = 0; i < 5000; i++)
            Encoding.Latin1.GetBytes(i % 3 == 0 ? " SECRET=hush " : i % 3 == 1 ? "xyyyyyz" : "PassWord:").CopyTo(memory.AsSpan(random.Next(memory.Length - 20)));
        var whole = new System.Text.RegularExpressions.Regex(expression, RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant)
            .Matches(Encoding.Latin1.GetString(memory)).Select(match => (match.Index, match.Value)).ToList();
        Assert.True(whole.Count > 3000);
        Assert.Equal(whole, Search(MemoryPattern.Regex(expression), memory, random, 3).Select(match => ((int)(match.Address - Start), Encoding.Latin1.GetString(match.Match.Span))));
    }

    [Fact]
    public void The_surroundings_are_told_as_far_as_there_are_any()
    {
        var memory = "ab needle cd"u8.ToArray();
        var match = Assert.Single(Search(MemoryPattern.Text("needle"), memory, new Random(1), 5));
        Assert.Equal(("ab ", "needle", " cd"), (Text(match.Before), Text(match.Match), Text(match.After)));
        match = Assert.Single(Search(MemoryPattern.Text("needle"), memory, new Random(1), 2));
        Assert.Equal(("b ", " c"), (Text(match.Before), Text(match.After)));
    }

    [Fact]
    public void Memory_is_one_across_pieces_that_follow_each_other_and_ends_at_a_gap()
    {
        var found = new List<ulong>();
        var search = new MemorySearch(MemoryPattern.Text("needle"), 0, match => found.Add(match.Address));
        search.Visit(100, "xxnee"u8);
        search.Visit(105, "dlexx"u8);
        search.Visit(200, "nee"u8);
        search.Visit(204, "dle"u8);
        search.Complete();
        Assert.Equal([102ul], found);
    }

    [Fact]
    public void Anchors_stand_for_the_ends_of_memory_and_not_of_a_window()
    {
        var memory = new byte[3 << 20];
        memory.AsSpan().Fill((byte)'a');
        Assert.Equal([Start], Search(MemoryPattern.Regex("^aaa"), memory, new Random(1), 0).Select(match => match.Address));
        Assert.Equal([Start + (3 << 20) - 3], Search(MemoryPattern.Regex("aaa$"), memory, new Random(1), 0).Select(match => match.Address));
    }

    [Fact]
    public void A_match_without_end_is_cut_and_none_is_empty()
    {
        var memory = new byte[3 << 20];
        memory.AsSpan().Fill((byte)'a');
        var matches = Search(MemoryPattern.Regex("a*"), memory, new Random(1), 0);
        Assert.Equal((3 << 20) / MemoryPattern.MaxRegexMatch, matches.Count);
        Assert.All(matches, match => Assert.Equal(MemoryPattern.MaxRegexMatch, match.Match.Length));
        Assert.Empty(Search(MemoryPattern.Regex("b*"), memory, new Random(1), 0));
    }

    [Theory]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)b")]
    public void An_expression_that_takes_more_than_linear_time_is_not_taken(string expression) =>
        Assert.Throws<NotSupportedException>(() => MemoryPattern.Regex(expression));

    [Fact]
    public void Large_memory_is_searched_in_little()
    {
        const int pages = 64 << 20 >> 12;
        var images = CheckpointImages.Whole();
        images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 },
            new PagemapEntry { Vaddr = 0x1000, NrPages = pages / 2, Flags = 4 }, new PagemapEntry { Vaddr = 0x1000 + (pages / 2 * 4096), NrPages = pages / 2, Flags = 4 });
        var memory = new byte[pages * 4096];
        "needle"u8.CopyTo(memory.AsSpan((memory.Length / 2) - 3));
        images.Raw("pages-1.img", memory);
        File.WriteAllBytes(_folder["archive"], images.Tar());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        var found = new List<ulong>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(archive.SearchMemory(1, MemoryPattern.Regex("nee.le"), 0, match => found.Add(match.Address), TestContext.Current.CancellationToken));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Equal([0x1000ul + (ulong)(memory.Length / 2) - 3], found);
        Assert.False(archive.SearchMemory(2, MemoryPattern.Text("x"), 0, _ => { }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_page_map_without_its_pages_is_refused()
    {
        var images = CheckpointImages.Whole();
        images.Remove("pages-1.img");
        File.WriteAllBytes(_folder["archive"], images.Tar());
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ReadMemory(1, static (_, _) => { }));
        Assert.Equal((ArchiveRefusal.MissingEntry, "checkpoint/pages-1.img"), (refusal.Reason, refusal.Entry));
    }

    private static List<MemoryMatch> Search(MemoryPattern pattern, byte[] memory, Random random, int context)
    {
        var matches = new List<MemoryMatch>();
        var search = new MemorySearch(pattern, context, matches.Add);
        for (var at = 0; at < memory.Length;)
        {
            var length = Math.Min(memory.Length - at, random.Next(1, 300_000));
            search.Visit(Start + (ulong)at, memory.AsSpan(at, length));
            at += length;
        }

        search.Complete();
        return matches;
    }

    private static byte[] Noise(Random random, int length)
    {
        var memory = new byte[length];
        random.NextBytes(memory);
        return memory;
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);
}
