using System.Text.RegularExpressions;

namespace CheckpointOperator.Documentation.Tests.Errors;

/// <summary>Whoever searches docs/troubleshooting.md for what a message says finds it, and finds no message there that nobody says.</summary>
public sealed partial class ErrorTextTests
{
    // Shorter, a search would find it by chance.
    private const int Telling = 12;

    private static readonly string[] Shown = [.. Document.Of("docs/troubleshooting.md").LinesIn("text")];

    // The text of all sources, as they are put together: "a " + $"b" is "a b".
    private static readonly string Sources = Joint().Replace(string.Concat(
        new[] { ("src", "*.cs"), ("charts", "*.yaml"), ("charts", "*.tpl") }.SelectMany(of => Repository.Sources(of.Item1, of.Item2)).Select(File.ReadAllText)), string.Empty).Replace("\\\"", "\"", StringComparison.Ordinal);

    public static TheoryData<string> Errors => [.. CheckpointErrors.All.Keys, .. RestoreErrors.All.Keys, .. NodeErrors.All.Keys];

    public static TheoryData<string> Lines => [.. Shown];

    [Theory]
    [MemberData(nameof(Errors))]
    public void An_error_is_found_by_its_text(string error)
    {
        string said = (CheckpointErrors.All.GetValueOrDefault(error) ?? RestoreErrors.All.GetValueOrDefault(error) ?? NodeErrors.All[error])();
        Assert.False(string.IsNullOrWhiteSpace(said));
        Assert.True(Shown.Any(line => Pattern(line).IsMatch(said)), $"docs/troubleshooting.md does not show: {said}");
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void What_is_shown_is_said_somewhere(string line)
    {
        string[] constant = [.. Constant(line)];
        Assert.True(constant.Any(part => part.Length >= Telling), $"nothing in \"{line}\" can be searched for");
        bool isMade = CheckpointErrors.All.Values.Concat(RestoreErrors.All.Values).Concat(NodeErrors.All.Values).Any(error => Pattern(line).IsMatch(error()));
        Assert.True(isMade || constant.All(part => Sources.Contains(part, StringComparison.Ordinal)), $"no source says: {line}");
    }

    private static Regex Pattern(string line) => new(string.Join(".*", Placeholder().Split(line).Select(Regex.Escape)), RegexOptions.Singleline, TimeSpan.FromSeconds(5));

    private static IEnumerable<string> Constant(string line) => Placeholder().Split(line).Select(part => part.Trim()).Where(part => part.Length > 0);

    [GeneratedRegex("<[^<>]+>")]
    private static partial Regex Placeholder();

    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex Joint();
}
