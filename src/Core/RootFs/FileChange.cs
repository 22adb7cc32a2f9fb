using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.RootFs;

/// <summary>One change of a root file system.</summary>
/// <param name="Path">The path in the container, such as <c>/etc/x</c>.</param>
/// <param name="Kind">What happened to it.</param>
public sealed record FileChange(
    [property: JsonPropertyName("path"), JsonRequired] string Path,
    [property: JsonPropertyName("kind"), JsonRequired] FileChangeKind Kind);
