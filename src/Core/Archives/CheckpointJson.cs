using System.Text.Json;

namespace CheckpointOperator.Core.Archives;

/// <summary>Reads the JSON files of a checkpoint.</summary>
internal static class CheckpointJson
{
    /// <summary>Hands a file's object to a function. What is no JSON, no object, or holds text that is not Unicode where text is asked for, is refused.</summary>
    internal static T ReadObject<T>(ReadOnlyMemory<byte> json, string entry, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return read(document.RootElement);
        }
        // Text is decoded when it is asked for: damaged UTF-8 and half surrogates are no JsonException.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ArchiveRefusedException(ArchiveRefusal.InvalidJson, entry, -1, $"it is no JSON: {e.Message}", e);
        }

        throw new ArchiveRefusedException(ArchiveRefusal.InvalidJson, entry, -1, "it has to be a JSON object");
    }

    /// <summary>A member's text; null when it is missing, empty, or no text.</summary>
    internal static string? GetText(this JsonElement element, string name)
    {
        try
        {
            return element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String && member.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException e)
        {
            // Half a surrogate pair, or bytes that are no UTF-8: found only when the text is taken.
            throw new ArchiveRefusedException(ArchiveRefusal.InvalidJson, "", -1, $"the JSON member '{name}' is no text: {e.Message}", e);
        }
    }
}
