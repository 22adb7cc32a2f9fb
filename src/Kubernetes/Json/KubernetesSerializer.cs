using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Json;

/// <summary>JSON as the API server reads and writes it: the client's own rules, for the kinds that are used here, without reflection.</summary>
public static class KubernetesSerializer
{
    /// <summary>The options. A program with further kinds adds its own context to their TypeInfoResolverChain before anything is read or written.</summary>
    public static JsonSerializerOptions Options { get; } = new(ApiJsonContext.Default.Options)
    {
        TypeInfoResolver = ApiJsonContext.Default.WithAddedModifier(PassOverManagedFields),
    };

    /// <summary>How a type is read and written.</summary>
    /// <typeparam name="T">The type.</typeparam>
    public static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    /// <summary>An independent copy.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="value">The original.</param>
    public static T Clone<T>(T value) => JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(value, TypeInfo<T>()), TypeInfo<T>())!;

    /// <summary>Who set which field fills half of many objects, and nobody here asks for it. An update without it leaves it as it is at the server.</summary>
    private static void PassOverManagedFields(JsonTypeInfo type)
    {
        if (type.Type != typeof(V1ObjectMeta))
            return;
        for (int at = type.Properties.Count - 1; at >= 0; at--)
        {
            if (type.Properties[at].Name == "managedFields")
                type.Properties.RemoveAt(at);
        }
    }

    /// <summary>The value as a tree.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="value">The value.</param>
    public static JsonObject ToObject<T>(T value) => JsonSerializer.SerializeToNode(value, TypeInfo<T>())!.AsObject();
}
