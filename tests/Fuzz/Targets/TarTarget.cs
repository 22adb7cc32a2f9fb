using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>
/// The tar reader. A file that is read whole and a pipe whose content is passed over must give the same entries, and what our writer makes
/// of accepted entries must be read as the same.
/// </summary>
internal static class TarTarget
{
    internal static void Run(byte[] input)
    {
        ReadBothWays(input);
        ReadBothWays(SealedTar.Seal(input));
    }

    private static void ReadBothWays(byte[] tar)
    {
        var read = TarListing.Read(new MemoryStream(tar, writable: false), withContent: true);
        var skipped = TarListing.Read(new DribblingStream(tar), withContent: false);
        Compare("skipped in a pipe", read, skipped);
        if (read.Count > 0 && !read[^1].StartsWith("refused", StringComparison.Ordinal))
            Compare("written again", read, TarListing.Read(new MemoryStream(WriteAgain(tar)), withContent: true));
    }

    private static byte[] WriteAgain(byte[] tar)
    {
        using var output = new MemoryStream();
        var writer = new TarWriter(output);
        using var reader = new TarReader(new MemoryStream(tar, writable: false), FuzzLimits.Archive);
        while (reader.Next() is { } entry)
            writer.WriteBytes(entry, reader.ReadAll(int.MaxValue, ArchiveRefusal.EntryTooLarge));
        writer.Complete();
        return output.ToArray();
    }

    private static void Compare(string how, List<string> expected, List<string> actual)
    {
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            var (left, right) = (expected.ElementAtOrDefault(i), actual.ElementAtOrDefault(i));
            if (left != right)
                throw new FindingException($"entry {i} is '{left}' and, {how}, '{right}'");
        }
    }
}
