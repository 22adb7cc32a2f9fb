using System.Text.Json;

using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>
/// A folder's entries with all that the file system tells of them: type, mode, owner, size, content, time, link target, device, extended attributes, other
/// names. Read by a script of the node's Python, so that none of the code under test takes part.
/// </summary>
public sealed class FileTree
{
    private static readonly string Script = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "tests/Node.Tests/Archives/Scripts/tree.py"));

    private readonly SortedDictionary<string, Dictionary<string, string>> _entries;

    private FileTree(SortedDictionary<string, Dictionary<string, string>> entries) => _entries = entries;

    /// <summary>Paths relative to the folder, which is <c>.</c> itself.</summary>
    public IReadOnlyCollection<string> Paths => _entries.Keys;

    /// <summary>Reads a folder of the node.</summary>
    public static async Task<FileTree> ReadAsync(NodeFixture node, string folder)
    {
        string json = await node.RunAsync($"python3 - '{folder}' <<'SCRIPT'\n{Script}\nSCRIPT");
        return new FileTree(new(JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(json)!, StringComparer.Ordinal));
    }

    /// <summary>This tree without one fact of the entries that are chosen.</summary>
    public FileTree Without(string fact, Func<string, bool> chosen) =>
        Select((path, facts) => facts.Where(each => each.Key != fact || !chosen(path)));

    /// <summary>This tree with its times in whole seconds, as archives without PAX times have them.</summary>
    public FileTree InSeconds() =>
        Select((_, facts) => facts.Select(each => each.Key == "time" ? KeyValuePair.Create(each.Key, InSeconds(long.Parse(each.Value, null))) : each));

    /// <summary>The entries that are chosen.</summary>
    public FileTree Where(Func<string, bool> chosen) =>
        new(new(_entries.Where(each => chosen(each.Key)).ToDictionary(), StringComparer.Ordinal));

    /// <summary>Fails where this tree is not as expected but for what is named, and where what is named is not so.</summary>
    public void ShouldBe(FileTree expected, params IReadOnlyCollection<Deviation> deviations)
    {
        var unexplained = new List<string>();
        var seen = new HashSet<Deviation>();
        foreach ((string path, string fact, string text) in DifferencesFrom(expected))
        {
            if (deviations.FirstOrDefault(each => each.Covers(path, fact)) is { } deviation)
                seen.Add(deviation);
            else
                unexplained.Add(text);
        }
        Assert.True(unexplained.Count == 0, string.Join('\n', unexplained));
        Assert.Equal([], deviations.Where(each => !seen.Contains(each)).Select(each => $"{each.Path} is as expected, though: {each.Reason}"));
    }

    private static string InSeconds(long nanoseconds) => $"{(long)Math.Floor(nanoseconds / 1e9)}000000000";

    private IEnumerable<(string Path, string Fact, string Text)> DifferencesFrom(FileTree expected)
    {
        foreach (string path in _entries.Keys.Union(expected._entries.Keys).Order(StringComparer.Ordinal))
        {
            if (!_entries.TryGetValue(path, out Dictionary<string, string>? ours))
                yield return (path, Deviation.Missing, $"{path} is missing");
            else if (!expected._entries.TryGetValue(path, out Dictionary<string, string>? theirs))
                yield return (path, Deviation.Extra, $"{path} should not be there");
            else
                foreach (string fact in ours.Keys.Union(theirs.Keys).Where(fact => ours.GetValueOrDefault(fact) != theirs.GetValueOrDefault(fact)))
                    yield return (path, fact, $"{path}: {fact} is {ours.GetValueOrDefault(fact) ?? "not set"}, not {theirs.GetValueOrDefault(fact) ?? "unset"}");
        }
    }

    private FileTree Select(Func<string, Dictionary<string, string>, IEnumerable<KeyValuePair<string, string>>> change) =>
        new(new(_entries.ToDictionary(each => each.Key, each => change(each.Key, each.Value).ToDictionary()), StringComparer.Ordinal));
}
