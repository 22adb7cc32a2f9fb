namespace CheckpointOperator.Fuzz;

/// <summary>The committed inputs and dictionaries, beside the program.</summary>
internal static class Corpus
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "corpus");

    /// <summary>A target's inputs with their names, in the same order everywhere.</summary>
    internal static List<(string Name, byte[] Content)> Of(FuzzTarget target) =>
        [.. target.Corpora.SelectMany(static corpus => Directory.GetFiles(Path.Combine(Folder, corpus)))
            .Order(StringComparer.Ordinal)
            .Select(static file => (Path.GetRelativePath(Folder, file), File.ReadAllBytes(file)))];

    /// <summary>A dictionary's words: lines of <c>"text"</c>, with AFL++'s <c>\xNN</c>.</summary>
    internal static List<byte[]> Words(FuzzTarget target)
    {
        var words = new List<byte[]>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "dictionaries", $"{target.Dictionary}.dict")))
        {
            if (line.StartsWith('"'))
                words.Add(Unescape(line.Trim()[1..^1]));
        }

        return words;
    }

    private static byte[] Unescape(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
                bytes.Add((byte)text[i]);
            else if (text[++i] != 'x')
                bytes.Add((byte)text[i]);
            else
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
        }

        return [.. bytes];
    }
}
