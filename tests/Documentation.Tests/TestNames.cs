using System.Text.RegularExpressions;

namespace CheckpointOperator.Documentation.Tests;

/// <summary>The names of all tests and of the classes that hold them, from their sources.</summary>
internal static partial class TestNames
{
    private static readonly HashSet<string> Known = [.. Repository.Sources("tests", "*.cs").SelectMany(file => Name().Matches(File.ReadAllText(file))).Select(match => match.Groups["name"].Value)];

    /// <summary>Whether there is a test, or a class of tests, of this name.</summary>
    public static bool Contains(string name) => Known.Contains(name) || Directory.Exists(RepositoryFolder.PathOf($"tests/{name}"));

    [GeneratedRegex(@"\bclass (?<name>\w+Tests)\b|\b(?:void|Task) (?<name>\w+)\(")]
    private static partial Regex Name();
}
