using System.Text.Json;

namespace CheckpointOperator.Core.Archives;

/// <summary>The JSON array of paths in deleted.files, read without keeping it.</summary>
internal static class DeletedFilesJson
{
    internal delegate void Visit(int index, string path);

    internal static int Count(ReadOnlySpan<byte> json) => ForEach(json, static (_, _) => { });

    /// <summary>Hands on each path; a file that is no array of texts is refused. Go writes an empty list as <c>null</c>.</summary>
    internal static int ForEach(ReadOnlySpan<byte> json, Visit visit)
    {
        var count = 0;
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
                return 0;
            if (reader.TokenType != JsonTokenType.StartArray)
                throw Refuse(-1, "it has to be a JSON array of paths");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.String)
                    throw Refuse(count, "a path has to be a JSON string");
                visit(count++, reader.GetString()!);
            }

            // Anything after the array is a fault.
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ArchiveRefusedException(ArchiveRefusal.InvalidJson, CheckpointFiles.DeletedFiles, count, $"it is no JSON: {e.Message}", e);
        }

        return count;
    }

    private static ArchiveRefusedException Refuse(int index, string detail) =>
        new(ArchiveRefusal.InvalidJson, CheckpointFiles.DeletedFiles, index, detail);
}
