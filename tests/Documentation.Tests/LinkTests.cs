using System.Text.RegularExpressions;

namespace CheckpointOperator.Documentation.Tests;

/// <summary>What the documents point at is there.</summary>
public sealed partial class LinkTests
{
    // Folders of the repository: a path that begins with one of them names a file of it.
    private static readonly string[] Folders = ["src/", "tests/", "docs/", "config/", "charts/", "eng/", "bench/", ".ci/", ".github/"];

    public static TheoryData<string> Documents => [.. Document.All.Select(document => document.Path)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_to_files_and_headings_that_are_there(string path)
    {
        foreach (string link in Document.Of(path).Links.Where(link => !link.Contains("://", StringComparison.Ordinal)))
        {
            string[] parts = link.Split('#', 2);
            string target = parts[0].Length == 0
                ? path
                : Path.GetRelativePath(RepositoryFolder.Path, Path.GetFullPath(Path.Combine(RepositoryFolder.Path, Path.GetDirectoryName(path)!, parts[0])));
            Assert.True(Path.Exists(RepositoryFolder.PathOf(target)), $"{path} links to {link}: there is no {target}");
            if (parts is [_, { } anchor])
                Assert.True(Document.Of(target).Anchors.Contains(anchor), $"{path} links to {link}: {target} has no such heading, but {string.Join(", ", Document.Of(target).Anchors)}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Files_that_are_named_are_there(string path)
    {
        foreach (string file in Document.Of(path).Code.SelectMany(code => RepositoryPath().Matches(code)).Select(match => Variable().Replace(match.Value, string.Empty).TrimEnd('.', '/')).Distinct())
        {
            if (!Folders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)))
                continue;
            string folder = Path.GetDirectoryName(file)!;
            bool found = file.Contains('*', StringComparison.Ordinal)
                ? Directory.Exists(RepositoryFolder.PathOf(folder)) && Directory.EnumerateFileSystemEntries(RepositoryFolder.PathOf(folder), Path.GetFileName(file)).Any()
                : Path.Exists(RepositoryFolder.PathOf(file));
            Assert.True(found, $"{path} names {file}, which is not there");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Make_knows_the_targets_that_are_named(string path)
    {
        string[] targets = [.. Target().Matches(File.ReadAllText(RepositoryFolder.PathOf("Makefile"))).SelectMany(line => line.Groups["names"].Value.Split(' '))];
        Assert.Contains("demo", targets);
        Assert.All(Document.Of(path).Code.SelectMany(code => Make().Matches(code)).SelectMany(match => match.Groups["targets"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)), target =>
            Assert.True(targets.Contains(target), $"{path} says make {target}; the Makefile has no such target"));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void No_machine_of_anybody_is_named(string path) =>
        Assert.All(Document.Of(path).Text.Split('\n'), line => Assert.DoesNotMatch(@"(?<![\w.])/(root|home|work|Users)/", line));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Tests_that_are_named_are_there(string path)
    {
        string[] named = [.. Document.Of(path).Code.SelectMany(code => TestName().Matches(code)).Select(match => match.Value).Distinct()];
        Assert.All(named, name => Assert.True(TestNames.Contains(name), $"{path} names the test {name}, which is not there"));
    }

    [GeneratedRegex(@"(?<![\w./~$}-])\.?[a-zA-Z]+/[\w./*-]+")]
    private static partial Regex RepositoryPath();

    // What stands for another name: tests/Fuzz/corpus/TARGET.
    [GeneratedRegex("/[A-Z]{3,}(/.*)?$")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^(?<names>[a-z][a-z -]*):(?!=)", RegexOptions.Multiline)]
    private static partial Regex Target();

    [GeneratedRegex(@"(?:^|[;&] )\s*make (?<targets>[a-z][a-z-]*(?: [a-z][a-z-]*(?![\w=-]))*)")]
    private static partial Regex Make();

    // A class of tests, or a test: a sentence of three words at least.
    [GeneratedRegex(@"\b(?![A-Z0-9_]+\b)(?:[A-Z]\w*Tests|[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){2,})\b")]
    private static partial Regex TestName();
}
