using System.Text;
using System.Text.RegularExpressions;

namespace CheckpointOperator.Documentation.Tests;

/// <summary>A Markdown document of the repository, as GitHub reads it.</summary>
internal sealed partial class Document
{
    private readonly StringBuilder _prose = new();
    private readonly List<string> _code = [];
    private readonly Dictionary<string, int> _slugs = [];

    private Document(string path)
    {
        Path = path;
        Text = File.ReadAllText(RepositoryFolder.PathOf(path));
        Read();
    }

    /// <summary>All documents for people: the repository's own and those of docs.</summary>
    public static IReadOnlyList<Document> All { get; } =
    [
        .. new[] { "README.md", "CONTRIBUTING.md" }
            .Concat(Directory.EnumerateFiles(RepositoryFolder.PathOf("docs"), "*.md").Select(file => $"docs/{System.IO.Path.GetFileName(file)}").Order(StringComparer.Ordinal))
            .Select(path => new Document(path)),
    ];

    /// <summary>Its path in the repository.</summary>
    public string Path { get; }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>What a link into it may name behind the number sign.</summary>
    public IReadOnlyCollection<string> Anchors => _slugs.Keys;

    /// <summary>Where its links lead, as they are written.</summary>
    public IEnumerable<string> Links => Link().Matches(CodeSpan().Replace(_prose.ToString(), "`code`")).Select(link => link.Groups["target"].Value);

    /// <summary>What stands in code spans, and the lines of code blocks but those of mere text.</summary>
    public IEnumerable<string> Code => CodeSpan().Matches(_prose.ToString()).Select(span => span.Groups["code"].Value).Concat(_code);

    /// <summary>The lines of the blocks in some language.</summary>
    public IEnumerable<string> LinesIn(string language) => Block().Matches(Text).Where(block => block.Groups["language"].Value == language)
        .SelectMany(block => block.Groups["code"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(line => line.Trim());

    /// <summary>One document.</summary>
    public static Document Of(string path) => All.Single(document => document.Path == path);

    /// <summary>The text below a heading of the second level, to the next one.</summary>
    public string Section(string heading)
    {
        Match section = Regex.Match(Text, $@"^## {Regex.Escape(heading)}\n(?<text>.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.True(section.Success, $"{Path} has no section \"{heading}\"");
        return section.Groups["text"].Value;
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    private void Read()
    {
        string? language = null;
        foreach (string line in Text.Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                language = language is null ? line.Trim()[3..] : null;
            else if (language is null)
                ReadProse(line);
            else if (language != "text")
                _code.Add(line);
        }

        Assert.True(language is null, $"{Path} has a code block without an end");
    }

    private void ReadProse(string line)
    {
        _prose.Append(line).Append('\n');
        if (Heading().Match(line) is not { Success: true } heading)
            return;
        // As GitHub does: lower case, no punctuation, a hyphen for each space; the same once more gets a number.
        string slug = NotInSlug().Replace(heading.Groups["text"].Value.ToLowerInvariant(), string.Empty).Replace(' ', '-');
        string unique = slug;
        for (int number = 1; !_slugs.TryAdd(unique, number); number++)
            unique = $"{slug}-{number}";
    }

    [GeneratedRegex(@"^#{1,6} (?<text>.+?)\s*$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NotInSlug();

    [GeneratedRegex(@"!?\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`(?<code>[^`\n]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"^ *```(?<language>[^\n]*)\n(?<code>.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
