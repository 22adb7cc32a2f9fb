using System.Text;

namespace CheckpointOperator.Plugin.Output;

/// <summary>Text of the cluster, so that it cannot command a terminal: names of processes are what the processes chose.</summary>
internal static class TerminalText
{
    /// <summary>Escapes control characters and what changes the direction of text, but not line breaks.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsEscaped))
            return text;
        StringBuilder safe = new(text.Length + 16);
        foreach (char character in text)
            _ = IsEscaped(character) ? safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}") : safe.Append(character);
        return safe.ToString();
    }

    /// <summary>The same in one line.</summary>
    public static string Line(string text) => Of(text).Replace("\n", "\\n", StringComparison.Ordinal);

    private static bool IsEscaped(char character) =>
        character != '\n' && (char.IsControl(character) || char.GetUnicodeCategory(character) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
