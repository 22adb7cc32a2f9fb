using System.Text.Json;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Json;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>Reads a list of any kind, so that a kind needs no list type of its own.</summary>
internal static class EntityListReader
{
    public static EntityList<TEntity> Read<TEntity>(ReadOnlySpan<byte> json)
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
                ReadItems(ref reader, list, kind);
            else
                reader.Skip();
        }
        return list;
    }

    private static void ReadItems<TEntity>(ref Utf8JsonReader reader, EntityList<TEntity> list, EntityMetadata kind)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            TEntity entity = JsonSerializer.Deserialize(ref reader, KubernetesSerializer.TypeInfo<TEntity>())!;
            // Items of the server's own kinds come without them.
            entity.ApiVersion = kind.ApiVersion;
            entity.Kind = kind.Kind;
            list.Items.Add(entity);
        }
    }
}
