using YamlDotNet.RepresentationModel;

namespace CheckpointOperator.Kubernetes.Tests.Config;

/// <summary>A CustomResourceDefinition of config/crd.</summary>
internal sealed class Definition
{
    /// <summary>Reads one.</summary>
    /// <param name="plural">The kind's plural name.</param>
    public Definition(string plural)
    {
        using StreamReader reader = new(RepositoryFolder.PathOf($"config/crd/checkpoint-operator.io_{plural}.yaml"));
        YamlStream yaml = new();
        yaml.Load(reader);
        Root = (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    /// <summary>The whole document.</summary>
    public YamlMappingNode Root { get; }

    /// <summary>What belongs to all versions.</summary>
    public YamlMappingNode Spec => (YamlMappingNode)Root["spec"];

    /// <summary>The one version.</summary>
    public YamlMappingNode Version => (YamlMappingNode)((YamlSequenceNode)Spec["versions"]).Single();

    /// <summary>The version's schema.</summary>
    public YamlMappingNode Schema => (YamlMappingNode)Version["schema"]["openAPIV3Schema"];

    /// <summary>A scalar's text.</summary>
    public static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    /// <summary>A scalar's text by its key, or null.</summary>
    public static string? Text(YamlNode node, string key) => ((YamlMappingNode)node).Children.TryGetValue(key, out YamlNode? value) ? Text(value) : null;

    /// <summary>The elements of a list by its key; none where it is not there.</summary>
    public static IReadOnlyList<YamlNode> List(YamlNode node, string key) => ((YamlMappingNode)node).Children.TryGetValue(key, out YamlNode? value) ? [.. (YamlSequenceNode)value] : [];

    /// <summary>The members of a mapping by its key; none where it is not there.</summary>
    public static IReadOnlyList<KeyValuePair<string, YamlMappingNode>> Members(YamlNode node, string key) => ((YamlMappingNode)node).Children.TryGetValue(key, out YamlNode? value)
        ? [.. ((YamlMappingNode)value).Select(pair => KeyValuePair.Create(Text(pair.Key), (YamlMappingNode)pair.Value))]
        : [];
}
