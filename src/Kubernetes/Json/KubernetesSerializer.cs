using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace CheckpointOperator.Kubernetes.Json;

/// <summary>JSON as the API server reads and writes it: the client's own rules, for the kinds that are used here, without reflection.</summary>
public static class KubernetesSerializer
{
    /// <summary>The options. A program with further kinds adds its own context to their TypeInfoResolverChain before anything is read or written.</summary>
    public static JsonSerializerOptions Options { get; } = new(ApiJsonContext.Default.Options);

    /// <summary>How a type is read and written.</summary>
    /// <typeparam name="T">The type.</typeparam>
    public static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    /// <summary>An independent copy.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="value">The original.</param>
    public static T Clone<T>(T value) => JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(value, TypeInfo<T>()), TypeInfo<T>())!;

    /// <summary>The value as a tree.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="value">The value.</param>
    public static JsonObject ToObject<T>(T value) => JsonSerializer.SerializeToNode(value, TypeInfo<T>())!.AsObject();
}
