using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>What a file is given beside its content.</summary>
internal readonly record struct FileMetadata(uint UserId, uint GroupId, uint Mode, UnixTime Modified, IReadOnlyList<TarAttribute> Attributes)
{
    /// <summary>Takes from an entry, which is filled anew by the next one, what the policy lets through.</summary>
    internal FileMetadata(TarEntry entry, ExtractionPolicy policy)
        : this(entry.UserId, entry.GroupId, EntryMetadata.Mode(entry, policy), entry.Modified, entry.Attributes.Count == 0 ? [] : [.. entry.Attributes])
    {
    }
}
