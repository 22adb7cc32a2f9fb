using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>Text of an archive's processes, so that it cannot command a terminal, start a line of its own or change the order of what stands there.</summary>
internal static class TerminalText
{
    private static readonly JsonSerializerOptions Readable = new(CommandLineJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Control characters, line separators and what changes the direction of text are escaped, as is the backslash that escapes them.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsEscaped))
            return text;
        var safe = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            if (!IsEscaped(character))
                safe.Append(character);
            else if (character == '\\')
                safe.Append(@"\\");
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return safe.ToString();
    }

    /// <summary>A command line's words, told apart as in a shell.</summary>
    public static string Words(IEnumerable<string> words) => string.Join(' ', words.Select(static word =>
        word.Length > 0 && word.All(static character => char.IsAsciiLetterOrDigit(character) || "-_=+./:,@%".Contains(character, StringComparison.Ordinal))
            ? word
            : $"'{Of(word.Replace("'", @"'\''", StringComparison.Ordinal))}'"));

    /// <summary>JSON in which what <see cref="Of"/> escapes is so, too. All of it stands in strings; control characters are escaped already.</summary>
    public static string Json(JsonNode json)
    {
        var text = json.ToJsonString(Readable);
        return text.Any(IsFormat)
            ? string.Concat(text.Select(static character => IsFormat(character)
                ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                : character.ToString()))
            : text;
    }

    private static bool IsFormat(char character) => character > '\x7f' && IsEscaped(character);

    private static bool IsEscaped(char character) => character == '\\' || CharUnicodeInfo.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
