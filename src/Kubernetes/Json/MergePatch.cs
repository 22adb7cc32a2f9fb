using System.Text.Json.Nodes;

namespace CheckpointOperator.Kubernetes.Json;

/// <summary>JSON merge patches (RFC 7396).</summary>
public static class MergePatch
{
    /// <summary>The patch that makes one object of another; null where they are equal. Lists are replaced whole, and what is gone is set to null.</summary>
    /// <param name="before">The one.</param>
    /// <param name="after">The other.</param>
    public static JsonObject? Between(JsonObject before, JsonObject after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        JsonObject patch = [];
        foreach ((string name, _) in before)
        {
            if (!after.ContainsKey(name))
                patch[name] = null;
        }
        foreach ((string name, JsonNode? value) in after)
        {
            JsonNode? old = before[name];
            if (JsonNode.DeepEquals(old, value))
                continue;
            if (old is JsonObject oldObject && value is JsonObject newObject)
                patch[name] = Between(oldObject, newObject);
            else
                patch[name] = value?.DeepClone();
        }
        return patch.Count == 0 ? null : patch;
    }
}
