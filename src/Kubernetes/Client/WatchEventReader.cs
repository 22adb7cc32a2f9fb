using System.Text.Json;
using CheckpointOperator.Kubernetes.Json;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>Reads one line of a watch. The object is deserialized once, as what the event's type says it is.</summary>
internal static class WatchEventReader
{
    /// <exception cref="ApiServerException">The line is an ERROR event.</exception>
    /// <exception cref="JsonException">The line is none of the protocol.</exception>
    public static WatchEvent<TEntity> Read<TEntity>(ReadOnlySpan<byte> line, string description)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        Utf8JsonReader reader = new(line);
        string? type = null;
        int start = -1;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType)
            {
                type = reader.GetString();
            }
            else if (isObject)
            {
                start = (int)reader.TokenStartIndex;
                // The server writes the type first; only where it does not, the rest has to be looked through.
                if (type is not null)
                    break;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }
        if (type is null || start < 0)
            throw new JsonException($"{description}: a line has no type or no object.");

        Utf8JsonReader value = new(line[start..]);
        value.Read();
        if (type == "ERROR")
            throw new ApiServerException(description, JsonSerializer.Deserialize(ref value, KubernetesSerializer.TypeInfo<V1Status>())!);
        return new WatchEvent<TEntity>(
            type switch
            {
                "ADDED" => WatchEventType.Added,
                "MODIFIED" => WatchEventType.Modified,
                "DELETED" => WatchEventType.Deleted,
                "BOOKMARK" => WatchEventType.Bookmark,
                _ => throw new JsonException($"{description}: unknown event type {type}."),
            },
            JsonSerializer.Deserialize(ref value, KubernetesSerializer.TypeInfo<TEntity>())!);
    }
}
