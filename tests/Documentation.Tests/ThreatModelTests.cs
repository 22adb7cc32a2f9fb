using System.Text.RegularExpressions;

namespace CheckpointOperator.Documentation.Tests;

/// <summary>docs/security.md names, beside each thing that an attacker cannot do, the tests that show it.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly Document Security = Document.Of("docs/security.md");

    [Theory]
    [InlineData("A user of a namespace")]
    [InlineData("Who made the archive")]
    [InlineData("A node that was taken over")]
    [InlineData("The operator taken over")]
    public void Each_row_of_an_attackers_table_names_a_test_that_is_there(string attacker)
    {
        string[][] rows = [.. Row().Matches(Security.Section(attacker)).Select(row => row.Value.Trim('|', ' ', '\n').Split(" | ")).Where(row => row[0] != "cannot" && !row[0].StartsWith("---", StringComparison.Ordinal))];
        Assert.NotEmpty(rows);
        Assert.All(rows, row =>
        {
            Assert.Equal(3, row.Length);
            string[] tests = [.. Name().Matches(row[2]).Select(match => match.Groups["name"].Value)];
            Assert.NotEmpty(tests);
            Assert.All(tests, test => Assert.True(TestNames.Contains(test), $"there is no test {test}"));
        });
    }

    [GeneratedRegex(@"^\|.*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>\\w+)`")]
    private static partial Regex Name();
}
