using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.Archives;

/// <summary>How an archive is compressed, told by its first bytes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArchiveCompression>))]
public enum ArchiveCompression
{
    /// <summary>Not at all.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>gzip.</summary>
    [JsonStringEnumMemberName("gzip")]
    Gzip,

    /// <summary>Zstandard.</summary>
    [JsonStringEnumMemberName("zstd")]
    Zstandard,

    /// <summary>bzip2.</summary>
    [JsonStringEnumMemberName("bzip2")]
    Bzip2,

    /// <summary>xz.</summary>
    [JsonStringEnumMemberName("xz")]
    Xz,
}
