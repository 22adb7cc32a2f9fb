using System.Text.Json;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives;

/// <summary>Reads the JSON files of a checkpoint. What readers could take in two ways (a name twice, a number for a text) is refused.</summary>
internal static class CheckpointJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    internal static JsonDocument ParseObject(ReadOnlyMemory<byte> json, string entry)
    {
        try
        {
            var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        // The second for half of a surrogate pair in a name.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(entry, $"it is no JSON: {e.Message}", e);
        }

        throw Invalid(entry, "it has to be a JSON object");
    }

    /// <summary>A member's text; null when it is missing, null or empty.</summary>
    internal static string? GetText(this JsonElement element, string name, string entry) =>
        element.Find(name, JsonValueKind.String, entry)?.TextOf(name, entry) is { Length: > 0 } text ? text : null;

    /// <summary>An object's or array's member; null when it is missing or null.</summary>
    internal static JsonElement? Find(this JsonElement element, string name, JsonValueKind kind, string entry)
    {
        if (!element.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
            return null;
        return member.ValueKind == kind ? member : throw Invalid(entry, $"'{name}' has to be a JSON {kind.ToString().ToLowerInvariant()}");
    }

    /// <summary>All members of an object whose values are texts.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Texts(this JsonElement element, string entry)
    {
        foreach (var member in element.EnumerateObject())
        {
            var name = NameOf(member, entry);
            if (member.Value.ValueKind != JsonValueKind.String)
                throw Invalid(entry, $"'{DisplayText.Of(name)}' has to be a JSON string");
            yield return new(name, member.Value.TextOf(name, entry));
        }
    }

    internal static ArchiveRefusedException Invalid(string entry, string detail, Exception? cause = null) =>
        new(ArchiveRefusal.InvalidJson, entry, -1, detail, cause);

    private static string NameOf(JsonProperty member, string entry)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException e)
        {
            throw Invalid(entry, $"a name is no Unicode: {e.Message}", e);
        }
    }

    private static string TextOf(this JsonElement text, string name, string entry)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Invalid(entry, $"'{DisplayText.Of(name)}' is no Unicode: {e.Message}", e);
        }
    }
}
