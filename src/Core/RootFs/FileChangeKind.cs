using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.RootFs;

/// <summary>What happened to a file.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FileChangeKind>))]
public enum FileChangeKind
{
    /// <summary>It is new; a directory with all that is in it.</summary>
    [JsonStringEnumMemberName("add")]
    Add,

    /// <summary>Its content or attributes changed; a directory's attributes only.</summary>
    [JsonStringEnumMemberName("modify")]
    Modify,

    /// <summary>It is gone.</summary>
    [JsonStringEnumMemberName("delete")]
    Delete,
}
