using System.Text.Json;

namespace CheckpointOperator.Plugin.Api;

/// <summary>An object as the server sent it, without its books on who set which field.</summary>
internal sealed class ApiObject
{
    /// <summary>Takes one.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="json">It.</param>
    public ApiObject(ResourceKind kind, JsonObject json)
    {
        json["metadata"]?.AsObject().Remove("managedFields");
        Kind = kind;
        Json = json;
    }

    /// <summary>Its kind.</summary>
    public ResourceKind Kind { get; }

    /// <summary>The whole object.</summary>
    public JsonObject Json { get; }

    /// <summary>Its name; before the server gave it one, the beginning of it.</summary>
    public string Name => (string?)Json["metadata"]?["name"] ?? (string?)Json["metadata"]?["generateName"] ?? string.Empty;

    /// <summary>Its namespace, if it has one.</summary>
    public string? Namespace => (string?)Json["metadata"]?["namespace"];

    /// <summary>Its UID.</summary>
    public string? Uid => (string?)Json["metadata"]?["uid"];

    /// <summary>As kubectl names it, such as <c>containercheckpoint.checkpoint-operator.io/web</c>.</summary>
    public string Reference => $"{Kind.Qualified}/{Name}";

    /// <summary>Its phase, if it has one.</summary>
    public string? Phase => (string?)Json["status"]?["phase"];

    /// <summary>What finds it again.</summary>
    public Query Query => new(Kind, Namespace, Name);

    /// <summary>A condition's field; null where there is no such condition.</summary>
    public string? Condition(string type, string field) => Json["status"]?["conditions"] is JsonArray conditions
        ? (string?)conditions.FirstOrDefault(condition => string.Equals((string?)condition!["type"], type, StringComparison.OrdinalIgnoreCase))?[field]
        : null;

    /// <summary>It as a type of the API.</summary>
    public T As<T>() => Json.Deserialize(KubernetesSerializer.TypeInfo<T>())!;
}
