namespace CheckpointOperator.Chart.Tests.Rendering;

/// <summary>Objects of a manifest by kind, namespace and name.</summary>
public sealed class Manifest
{
    private readonly SortedDictionary<string, YamlMappingNode> _objects = new(StringComparer.Ordinal);

    /// <summary>How each object is called: <c>Kind/namespace/name</c>, or <c>Kind/name</c> where it is the cluster's.</summary>
    public IEnumerable<string> Names => _objects.Keys;

    /// <summary>An object by that name.</summary>
    public YamlMappingNode this[string name] => _objects.TryGetValue(name, out YamlMappingNode? found)
        ? found
        : throw new KeyNotFoundException($"there is no {name} among {string.Join(", ", Names)}");

    /// <summary>Reads a manifest; a second object of the same name is a fault.</summary>
    public static Manifest Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var manifest = new Manifest();
        foreach (YamlMappingNode value in stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>())
            manifest._objects.Add(Name(value), value);
        return manifest;
    }

    /// <summary>Takes an object out.</summary>
    public bool Remove(string name) => _objects.Remove(name);

    private static string Name(YamlMappingNode value)
    {
        YamlMappingNode metadata = (YamlMappingNode)value["metadata"];
        return metadata.Children.TryGetValue("namespace", out YamlNode? space)
            ? $"{value["kind"]}/{space}/{metadata["name"]}"
            : $"{value["kind"]}/{metadata["name"]}";
    }
}
