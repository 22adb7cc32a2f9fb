using System.Text.RegularExpressions;

namespace CheckpointOperator.Kubernetes.Tests.Config;

/// <summary>The reasons that programs read: each a constant that is documented and used, none a literal beside them.</summary>
public sealed partial class ReasonTests
{
    public static TheoryData<string> Kinds => [.. ReasonTable.Kinds.Keys];

    private static IReadOnlyList<(string File, string Text)> Sources { get; } =
    [
        .. new[] { "src/Operator", "src/NodeAgent" }.SelectMany(folder => Directory.EnumerateFiles(RepositoryFolder.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Select(file => (file, File.ReadAllText(file))),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_is_told_somewhere_with_its_meaning_and_what_to_do(string kind) => Assert.All(ReasonTable.Of(ReasonTable.Kinds[kind]), reason =>
    {
        Assert.Matches("^[A-Z][A-Za-z]+$", reason.Reason);
        Assert.EndsWith(".", reason.Meaning, StringComparison.Ordinal);
        Assert.EndsWith(".", reason.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("|", reason.Meaning + reason.Remedy, StringComparison.Ordinal);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_is_named_by_the_code_that_gives_it(string kind)
    {
        Type reasons = ReasonTable.Kinds[kind];
        string[] unused = [.. ReasonTable.Of(reasons).Select(reason => $"{reasons.Name}.{reason.Reason}").Where(name => !Sources.Any(source => Regex.IsMatch(source.Text, $@"\b{Regex.Escape(name)}\b")))];
        Assert.Empty(unused);
    }

    [Fact]
    public void No_condition_and_no_Event_has_a_reason_that_is_a_literal() =>
        Assert.Empty(Sources.SelectMany(source => Literal().Matches(source.Text).Select(match => $"{Path.GetFileName(source.File)}: {match.Value}")));

    [Fact]
    public void What_an_Event_tells_of_a_checkpoint_or_a_restore_has_a_constant_that_says_so()
    {
        // Every obstacle is published, and so is what is published by name.
        string[] published = [.. Sources.SelectMany(source => Published().Matches(source.Text)).Select(match => match.Groups["reason"].Value).Distinct()];
        Assert.True(published.Length > 40, $"only {published.Length} reasons were found: the code has another shape now");
        string[] events = [.. ReasonTable.Kinds.Values.SelectMany(reasons => ReasonTable.Of(reasons).Where(reason => reason.Told.IsEvent).Select(reason => $"{reasons.Name}.{reason.Reason}"))];
        Assert.Empty(published.Except(events));
    }

    // A CamelCase word where a reason stands.
    [GeneratedRegex("""(publish\(\s*\w+,\s*|Obstacle\(\s*|Obstacle\?? \w+ = new\(\s*|return new\(\s*|[?:] new\(\s*|Failed\(\s*|Waiting\(\s*|FailAsync\(\s*\w+,\s*|Conditions\.(True|False|Unknown),\s*)"[A-Z][A-Za-z]+",""")]
    private static partial Regex Literal();

    [GeneratedRegex("""(publish\(\s*\w+,\s*|Obstacle\(\s*|return new\(\s*|[?:] new\(\s*|Failed\(\s*|Waiting\(\s*|FailAsync\(\s*\w+,\s*)(?<reason>(Checkpoint|Restore)Reasons\.\w+)""")]
    private static partial Regex Published();
}
