using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>Who owns which fields of an object, by the API server's books.</summary>
public static class FieldOwners
{
    /// <summary>The fields that a manager owns, such as <c>f:spec.f:pod</c>.</summary>
    public static IReadOnlySet<string> Of(JsonNode value, Func<string, bool> manager)
    {
        HashSet<string> fields = [];
        foreach (JsonNode? entry in value["metadata"]!["managedFields"]!.AsArray())
        {
            if (manager((string)entry!["manager"]!))
                Collect(fields, string.Empty, entry["fieldsV1"]!.AsObject());
        }
        return fields;
    }

    private static void Collect(HashSet<string> fields, string path, JsonObject below)
    {
        // A leaf, or an item as such; that a map is there ("." alone) is nobody's claim to what is in it.
        if (below.Count == 0)
            fields.Add(path);
        foreach ((string name, JsonNode? value) in below.Where(pair => pair.Key != "."))
            Collect(fields, path.Length == 0 ? name : $"{path}.{name}", value!.AsObject());
    }
}
