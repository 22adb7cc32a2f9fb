using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>The part that matters here of a bundle's <c>config.json</c>.</summary>
public sealed record OciSpec
{
    /// <summary>What the container engine noted: Pod, container, image.</summary>
    [JsonPropertyName("annotations")]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The root file system.</summary>
    [JsonPropertyName("root")]
    public OciRoot? Root { get; init; }

    /// <summary>What is mounted into the container.</summary>
    [JsonPropertyName("mounts")]
    public IReadOnlyList<OciMount>? Mounts { get; init; }

    /// <summary>Linux' part.</summary>
    [JsonPropertyName("linux")]
    public OciLinux? Linux { get; init; }

    /// <summary>The annotation of this name, or null.</summary>
    /// <param name="name">The name.</param>
    public string? Annotation(string name) => Annotations is not null && Annotations.TryGetValue(name, out string? value) ? value : null;
}
