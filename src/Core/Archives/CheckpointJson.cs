using System.Text.Json;

namespace CheckpointOperator.Core.Archives;

/// <summary>Reads the JSON files of a checkpoint.</summary>
internal static class CheckpointJson
{
    internal static JsonDocument ParseObject(ReadOnlyMemory<byte> json, string entry)
    {
        try
        {
            var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException e)
        {
            throw new ArchiveRefusedException(ArchiveRefusal.InvalidJson, entry, -1, $"it is no JSON: {e.Message}", e);
        }

        throw new ArchiveRefusedException(ArchiveRefusal.InvalidJson, entry, -1, "it has to be a JSON object");
    }

    /// <summary>A member's text; null when it is missing, empty, or no text.</summary>
    internal static string? GetText(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String && member.GetString() is { Length: > 0 } text ? text : null;
}
