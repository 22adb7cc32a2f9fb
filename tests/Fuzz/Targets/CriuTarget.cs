using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>CRIU's images: the processes with all that is told of them, and a search of their memory.</summary>
internal static class CriuTarget
{
    // The input's first byte: what is read (CriuParts), or that memory is searched; then whether the pages stand in front.
    internal const byte Search = 0x80;

    private static readonly MemoryPattern Text = MemoryPattern.Text("SECRET");

    internal static void Run(byte[] input)
    {
        if (input.Length == 0)
            return;
        var tar = CriuInput.ToTar(input, pagesFirst: (input[0] & 1) != 0);
        using var archive = CheckpointArchive.Open(InputFile.With(tar), FuzzLimits.Archive);
        if ((input[0] & Search) != 0)
            SearchMemory(archive);
        else
            archive.ReadProcesses((CriuParts)input[0]);
    }

    private static void SearchMemory(CheckpointArchive archive) => archive.SearchMemory(1, Text, 4, static match =>
    {
        if (!match.Match.Span.SequenceEqual("SECRET"u8))
            throw new FindingException($"the match at {match.Address:x} is not what was searched for");
    });
}
