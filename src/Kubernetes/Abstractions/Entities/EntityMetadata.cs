using System.Collections.Concurrent;
using System.Reflection;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Entities;

/// <summary>How the API server names a kind.</summary>
/// <param name="Kind">The kind, such as <c>Pod</c>.</param>
/// <param name="Version">The version, such as <c>v1</c>.</param>
/// <param name="Group">The group; empty for the core group.</param>
/// <param name="PluralName">The resource's name in URLs, such as <c>pods</c>.</param>
public sealed record EntityMetadata(string Kind, string Version, string Group, string PluralName)
{
    private static readonly ConcurrentDictionary<Type, EntityMetadata> Known = new();

    /// <summary>Group and version as an object's <c>apiVersion</c> has them.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Where the API server serves the kind, without a slash at either end.</summary>
    public string RootPath => Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";

    /// <summary>Reads a type's <see cref="KubernetesEntityAttribute"/>.</summary>
    /// <typeparam name="TEntity">The type.</typeparam>
    /// <exception cref="InvalidOperationException">The type has none.</exception>
    public static EntityMetadata Of<TEntity>() => Known.GetOrAdd(typeof(TEntity), static type =>
    {
        KubernetesEntityAttribute attribute = type.GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new InvalidOperationException($"{type.Name} cannot be asked for at an API server: it has no [KubernetesEntity(Group, ApiVersion, Kind, PluralName)].");
#pragma warning disable CA1308 // A resource's name in URLs is lower case.
        string plural = attribute.PluralName ?? $"{attribute.Kind.ToLowerInvariant()}s";
#pragma warning restore CA1308
        return new EntityMetadata(attribute.Kind, attribute.ApiVersion, attribute.Group ?? string.Empty, plural);
    });
}
