using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CheckpointOperator.Delivery.Tests;

/// <summary>The recording of the demo in docs, which <c>make recording</c> makes.</summary>
public sealed class RecordingTests
{
    [Fact]
    public void It_is_an_asciicast_of_a_demo_that_ended_as_it_should()
    {
        JsonNode[] lines = [.. File.ReadLines(Document("demo.cast")).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(2, (int)lines[0]["version"]!);
        double[] times = [.. lines[1..].Select(line => (double)line[0]!)];
        Assert.Equal(times.Order(), times);
        Assert.All(lines[1..], line => Assert.Equal("o", (string?)line[1]));

        string said = string.Concat(lines[1..].Select(line => (string)line[2]!));
        Assert.StartsWith("$ make demo", said, StringComparison.Ordinal);
        Assert.Contains("As it should be", said, StringComparison.Ordinal);
        Match counter = Regex.Match(said, @"last number before the checkpoint (\d+), first number after the restore (\d+)");
        Assert.Equal(int.Parse(counter.Groups[1].Value, null) + 1, int.Parse(counter.Groups[2].Value, null));
        // The home of whoever recorded it concerns nobody.
        Assert.DoesNotMatch("/(root|home)/", said);
    }

    [Fact]
    public void README_shows_the_picture_made_of_it()
    {
        Assert.Contains("(docs/demo.svg)", File.ReadAllText(Path.Combine(RepositoryFolder.Path, "README.md")), StringComparison.Ordinal);
        string picture = File.ReadAllText(Document("demo.svg"));
        string said = string.Concat(File.ReadLines(Document("demo.cast")).Skip(1).Select(line => (string)JsonNode.Parse(line)![2]!));
        string identifier = Regex.Match(said, @"run_id ([0-9a-f]{8})").Groups[1].Value;
        Assert.NotEmpty(identifier);
        Assert.Contains(identifier, picture, StringComparison.Ordinal);
    }

    private static string Document(string name) => Path.Combine(RepositoryFolder.Path, "docs", name);
}
