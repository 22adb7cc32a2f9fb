using System.Globalization;
using System.Text;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>Which objects of a kind a list or watch speaks of.</summary>
/// <param name="Namespace">The namespace; null for all.</param>
/// <param name="LabelSelector">A label selector; null for all.</param>
/// <param name="FieldSelector">A field selector; null for all.</param>
/// <param name="MetadataOnly">Whether the server is to send their metadata alone.</param>
public sealed record ResourceScope(string? Namespace = null, string? LabelSelector = null, string? FieldSelector = null, bool MetadataOnly = false)
{
    /// <summary>What a list, or a watch, of these is asked for as.</summary>
    /// <param name="kind">PartialObjectMetadataList, or PartialObjectMetadata.</param>
    internal string Accept(string kind) => MetadataOnly ? $"application/json;as={kind};g=meta.k8s.io;v=v1" : ApiRequest.Json;

    internal string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        StringBuilder query = new();
        Append(query, "labelSelector", LabelSelector);
        Append(query, "fieldSelector", FieldSelector);
        foreach ((string name, string? value) in parameters)
            Append(query, name, value);
        return query.ToString();
    }

    private static void Append(StringBuilder query, string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        query.Append(CultureInfo.InvariantCulture, $"{(query.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(value)}");
    }
}
