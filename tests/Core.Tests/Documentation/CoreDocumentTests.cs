using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Documentation;

/// <summary>docs/core.md says what src/Core is: neither more nor less. A failure tells what to write there.</summary>
public sealed partial class CoreDocumentTests
{
    private const string Document = "docs/core.md";
    private static readonly string Text = Repository.Read(Document);

    [Fact]
    public void Every_public_type_is_in_a_table_and_nothing_else_is()
    {
        var types = typeof(CheckpointArchive).Assembly.GetExportedTypes().Select(type => type.Name).ToHashSet();
        var documented = Rows("type").Select(row => row[0]).ToList();
        Assert.True(documented.Count == documented.Distinct().Count(), $"{Document} lists a type twice: {Join(documented.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key))}");
        Assert.True(
            types.IsSubsetOf(documented),
            $"{Document} lacks public types of src/Core: add a row \"| `TYPE` | its meaning in one line |\" to the table of its section and use the type in an example"
            + $" of tests/Core.Tests/Documentation, or make it internal: {Join(types.Except(documented))}");
        Assert.True(types.IsSupersetOf(documented), $"{Document} lists types that src/Core has not, or not any more: {Join(documented.Except(types))}");
        Assert.All(Rows("type"), row => Assert.False(string.IsNullOrWhiteSpace(row[1]), $"{Document} says nothing about {row[0]}"));
    }

    [Fact]
    public void Every_public_type_is_in_an_example()
    {
        var code = string.Concat(Blocks().Select(block => block.Code));
        var missing = Rows("type").Select(row => row[0]).Where(type => !Regex.IsMatch(code, $@"\b{type}\b"));
        Assert.True(!missing.Any(), $"no example of {Document} uses {Join(missing)}: add it to one in tests/Core.Tests/Documentation and copy that one");
    }

    [Fact]
    public void The_examples_are_those_that_the_tests_run()
    {
        var run = Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "tests/Core.Tests/Documentation"), "*Examples.cs")
            .SelectMany(file => ExampleRegion().Matches(File.ReadAllText(file)).Select(match => Unindent(match.Groups["code"].Value)))
            .ToList();
        var shown = Blocks().Select(block => block.Code).ToList();
        Assert.True(run.Count >= 15);
        Assert.All(run.Except(shown), code => Assert.Fail($"{Document} does not show this example of tests/Core.Tests/Documentation as it is there:\n{code}"));
        Assert.All(shown.Except(run), code => Assert.Fail($"no test in tests/Core.Tests/Documentation runs this example of {Document}:\n{code}"));
    }

    [Fact]
    public void The_limits_are_those_of_the_code()
    {
        var limits = typeof(ArchiveLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(property => property.Name, property => string.Format(CultureInfo.InvariantCulture, "{0:N0}", property.GetValue(ArchiveLimits.Default)));
        var documented = Rows("limit").ToDictionary(row => row[0], row => row[1]);
        Assert.All(limits, limit => Assert.True(
            documented.TryGetValue(limit.Key, out var value) && value == limit.Value,
            $"{Document} needs the row \"| `{limit.Key}` | {limit.Value} | what it limits |\" in the table of limits"));
        Assert.True(limits.Count == documented.Count, $"{Document} lists limits that are none: {Join(documented.Keys.Except(limits.Keys))}");
    }

    [Fact]
    public void The_reasons_are_those_of_the_code()
    {
        var reasons = Enum.GetNames<ArchiveRefusal>();
        var documented = Rows("reason").Select(row => row[0]).ToList();
        Assert.True(
            !reasons.Except(documented).Any(),
            $"{Document} needs a row \"| `REASON` | what was found |\" in the table of reasons for {Join(reasons.Except(documented))}");
        Assert.True(!documented.Except(reasons).Any(), $"{Document} lists reasons that are none: {Join(documented.Except(reasons))}");
    }

    [Fact]
    public void The_dialects_are_those_of_the_code() =>
        Assert.Equal(Enum.GetNames<ArchiveEngine>().Order(StringComparer.Ordinal), Rows("dialect").Select(row => row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void What_is_said_to_stand_for_the_nine_functions_is_there()
    {
        var rows = Rows("function").ToList();
        Assert.Equal(9, rows.Count);
        var assembly = typeof(CheckpointArchive).Assembly;
        foreach (var member in rows.SelectMany(row => Code().Matches(row[1]).Select(match => match.Groups["text"].Value)))
        {
            var parts = member.Split('.');
            var type = assembly.GetExportedTypes().SingleOrDefault(type => type.Name == parts[0]);
            Assert.True(type is not null && type.GetMember(parts[1]).Length > 0, $"{Document} names {member}, which src/Core has not");
        }
    }

    /// <summary>The rows of all tables whose first column has that heading: the first cell's code, the others' text.</summary>
    private static IEnumerable<string[]> Rows(string heading)
    {
        var within = false;
        foreach (var line in Text.Split('\n'))
        {
            if (!line.StartsWith('|'))
                within = false;
            else if (Cells(line)[0] == heading)
                within = true;
            else if (within && !line.StartsWith("| ---", StringComparison.Ordinal))
                yield return [Cells(line)[0].Trim('`'), .. Cells(line)[1..]];
        }

        static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];
    }

    private static IEnumerable<(int Position, string Code)> Blocks() => CodeBlock().Matches(Text).Select(match => (match.Index, match.Groups["code"].Value));

    private static string Unindent(string code)
    {
        var lines = code.Split('\n');
        var indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : line.Trim()));
    }

    private static string Join(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^ +// example\n(?<code>.*?)^ +// end$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ExampleRegion();

    [GeneratedRegex(@"`(?<text>[A-Z]\w+\.\w+)`")]
    private static partial Regex Code();
}
