namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>A part of a configuration file that is ours, between two comments, so that the rest stays byte for byte as its owner wrote it.</summary>
internal static class MarkedBlock
{
    // The block brings its own line feed before it, needed or not: without the block the file is what it was.
    private const string Begin = "\n# BEGIN checkpoint-operator (checkpoint-agent install-runtime; remove with checkpoint-agent uninstall-runtime)\n";
    private const string End = "# END checkpoint-operator\n";

    /// <summary>The text with the block at its end.</summary>
    public static string Append(string text, string content) => text + Begin + content + End;

    /// <summary>The text without the block.</summary>
    public static string Remove(string text)
    {
        int begin = text.IndexOf(Begin, StringComparison.Ordinal);
        int end = begin < 0 ? -1 : text.IndexOf(End, begin, StringComparison.Ordinal);
        return end < 0 ? text : text.Remove(begin, end + End.Length - begin);
    }
}
