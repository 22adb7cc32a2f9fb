using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Chart.Tests.Rendering;

/// <summary>Writes Lua.</summary>
public static class Lua
{
    /// <summary>A JSON value as a Lua expression: an object and an array are tables, null is nil.</summary>
    public static string Literal(JsonNode? value) => value switch
    {
        null => "nil",
        JsonObject map => $"{{{string.Join(", ", map.Select(pair => $"[{Quote(pair.Key)}] = {Literal(pair.Value)}"))}}}",
        JsonArray list => $"{{{string.Join(", ", list.Select(Literal))}}}",
        _ when value.GetValueKind() == JsonValueKind.String => Quote((string)value!),
        _ => value.ToJsonString(),
    };

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (byte unit in Encoding.UTF8.GetBytes(text))
            quoted.Append(CultureInfo.InvariantCulture, $"\\x{unit:x2}");
        return quoted.Append('"').ToString();
    }
}
