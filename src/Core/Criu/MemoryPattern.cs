using System.Text;
using System.Text.RegularExpressions;

namespace CheckpointOperator.Core.Criu;

/// <summary>What is searched for in memory.</summary>
public sealed class MemoryPattern
{
    /// <summary>Bytes of the longest match of a regular expression; a longer one is cut there.</summary>
    public const int MaxRegexMatch = 64 * 1024;

    private readonly byte[]? _text;
    private readonly Regex? _regex;

    private MemoryPattern(byte[]? text, Regex? regex)
    {
        _text = text;
        _regex = regex;
    }

    /// <summary>Bytes that a match has at most.</summary>
    internal int MaxLength => _text?.Length ?? MaxRegexMatch;

    /// <summary>Searches for text as it is, in UTF-8.</summary>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public static MemoryPattern Text(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return new MemoryPattern(Encoding.UTF8.GetBytes(text), null);
    }

    /// <summary>
    /// Searches for a regular expression in time linear to the memory's size (no back references, no looking around). Each byte is a character of Latin-1,
    /// <c>.</c> any of them; other characters stand for the bytes of their UTF-8, so not in <c>[…]</c>. A match of no bytes is none.
    /// </summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It cannot be searched for in linear time.</exception>
    public static MemoryPattern Regex(string expression)
    {
        ArgumentException.ThrowIfNullOrEmpty(expression);
        return new MemoryPattern(null, new Regex(
            Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(expression)),
            RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant));
    }

    /// <summary>The first match in a window at or after a place; its length is 0 when there is none.</summary>
    /// <param name="bytes">The window.</param>
    /// <param name="characters">The same as characters; not used for text.</param>
    /// <param name="from">The place.</param>
    internal (int Start, int Length) Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> characters, int from)
    {
        if (_text is not null)
            return bytes[from..].IndexOf(_text) is var at and >= 0 ? (from + at, _text.Length) : default;
        foreach (var match in _regex!.EnumerateMatches(characters, from))
        {
            if (match.Length > 0)
                return (match.Index, Math.Min(match.Length, MaxRegexMatch));
        }

        return default;
    }

    /// <summary>Makes the characters that <see cref="Find"/> looks at.</summary>
    internal void Widen(ReadOnlySpan<byte> bytes, Span<char> characters)
    {
        if (_regex is not null)
            Encoding.Latin1.GetChars(bytes, characters);
    }
}
