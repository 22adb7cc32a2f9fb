using System.Text.Json;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Json;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>Reads a list of any kind, so that a kind needs no list type of its own.</summary>
internal static class EntityListReader
{
    /// <summary>The list's own metadata, without reading its objects. The server's own kinds have it before them, all others behind.</summary>
    /// <param name="json">The server's answer.</param>
    public static V1ListMeta ReadMetadata(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        return Find(ref reader, "metadata"u8) ? JsonSerializer.Deserialize(ref reader, KubernetesSerializer.TypeInfo<V1ListMeta>())! : new V1ListMeta();
    }

    /// <summary>Adds the list's objects to others.</summary>
    /// <param name="json">The server's answer.</param>
    /// <param name="items">Takes them.</param>
    /// <param name="trim">What is left out of each object, before the next one is read.</param>
    public static void ReadItems<TEntity>(ReadOnlySpan<byte> json, IList<TEntity> items, Action<TEntity>? trim = null)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        EntityMetadata kind = EntityMetadata.Of<TEntity>();
        Utf8JsonReader reader = new(json);
        if (!Find(ref reader, "items"u8))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            TEntity entity = JsonSerializer.Deserialize(ref reader, KubernetesSerializer.TypeInfo<TEntity>())!;
            // Items of the server's own kinds come without them.
            entity.ApiVersion = kind.ApiVersion;
            entity.Kind = kind.Kind;
            trim?.Invoke(entity);
            items.Add(entity);
        }
    }

    // To a member's value; false where there is none, or it is null.
    private static bool Find(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(member);
            reader.Read();
            if (found)
                return reader.TokenType != JsonTokenType.Null;
            reader.Skip();
        }
        return false;
    }
}
