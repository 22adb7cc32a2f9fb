using System.Text.Json;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Json;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>Reads a list of any kind, so that a kind needs no list type of its own.</summary>
internal static class EntityListReader
{
    /// <param name="json">The server's answer.</param>
    /// <param name="trim">What is left out of each object, before the next one is read.</param>
    public static EntityList<TEntity> Read<TEntity>(ReadOnlySpan<byte> json, Action<TEntity>? trim = null)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        EntityMetadata kind = EntityMetadata.Of<TEntity>();
        EntityList<TEntity> list = new() { ApiVersion = kind.ApiVersion, Kind = kind.Kind + "List" };
        Utf8JsonReader reader = new(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isItems = reader.ValueTextEquals("items"u8);
            bool isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (isMetadata)
                list.Metadata = JsonSerializer.Deserialize(ref reader, KubernetesSerializer.TypeInfo<V1ListMeta>()) ?? new V1ListMeta();
            else if (isItems && reader.TokenType == JsonTokenType.StartArray)
                ReadItems(ref reader, list, kind, trim);
            else
                reader.Skip();
        }
        return list;
    }

    private static void ReadItems<TEntity>(ref Utf8JsonReader reader, EntityList<TEntity> list, EntityMetadata kind, Action<TEntity>? trim)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            TEntity entity = JsonSerializer.Deserialize(ref reader, KubernetesSerializer.TypeInfo<TEntity>())!;
            // Items of the server's own kinds come without them.
            entity.ApiVersion = kind.ApiVersion;
            entity.Kind = kind.Kind;
            trim?.Invoke(entity);
            list.Items.Add(entity);
        }
    }
}
