using System.Text.Json.Nodes;

namespace CheckpointOperator.Chart.Tests.Rendering;

/// <summary>Objects of our kinds that a cluster had.</summary>
public static class Recorded
{
    /// <summary>Reads one by its name.</summary>
    public static JsonObject Read(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "tests", "Chart.Tests", "Objects", $"{name}.json")))!.AsObject();
}
