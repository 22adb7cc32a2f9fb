using System.Reflection;
using System.Text.RegularExpressions;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.Documentation.Tests;

/// <summary>docs/troubleshooting.md starts from every reason of conditions and Events, and from no other.</summary>
public sealed partial class ReasonTests
{
    private static readonly Document Troubleshooting = Document.Of("docs/troubleshooting.md");

    [Theory]
    [InlineData("ContainerCheckpoint", typeof(CheckpointReasons))]
    [InlineData("ContainerRestore", typeof(RestoreReasons))]
    [InlineData("CheckpointNode", typeof(CheckpointNodeReasons))]
    public void Each_reason_has_its_place_and_none_is_of_the_past(string kind, Type reasons)
    {
        string[] told = [.. Place().Matches(Troubleshooting.Section(kind)).Select(match => match.Groups["reason"].Value)];
        IEnumerable<string> known = reasons.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(known.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_reason_by_which_an_archive_is_refused_is_explained()
    {
        string[] told = [.. Row().Matches(Troubleshooting.Section("Archives that are refused")).SelectMany(row => Word().Matches(row.Groups["first"].Value)).Select(word => word.Groups["word"].Value)];
        Assert.Equal(Enum.GetNames<ArchiveRefusal>().Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    // A heading of its own, the first cell of a row, or the first word of the section.
    [GeneratedRegex(@"^(?:### |\| `|`)(?<reason>[A-Z]\w+)(?:`|$)", RegexOptions.Multiline)]
    private static partial Regex Place();

    [GeneratedRegex(@"^\| (?<first>`[^|]+)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<word>\\w+)`")]
    private static partial Regex Word();
}
