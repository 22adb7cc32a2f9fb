using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives;

/// <summary>What holds for every entry of a checkpoint archive, whoever reads it: no name twice, and known names are what they are known for.</summary>
internal sealed class CheckpointEntryRules
{
    // Hashes: an archive of millions of names must not fill the memory. Two names with one hash would be refused, once in 10^12 archives of real size.
    private readonly HashSet<ulong> _names = [];

    internal void Check(TarEntry entry)
    {
        if (entry.Type != TarEntryType.Directory && !_names.Add(PathHash.Of(entry.Path)))
            throw entry.Refuse(ArchiveRefusal.DuplicateEntry, "readers would not agree on which one counts");
        if (entry.Path.Depth != 1)
            return;
        var name = entry.Path.ToString();
        if (CheckpointFiles.RegularFiles.Contains(name) && entry.Type != TarEntryType.Regular)
            throw entry.Refuse(ArchiveRefusal.UnexpectedType, $"it has to be a regular file and is {entry.Type}");
        if (CheckpointFiles.Directories.Contains(name) && entry.Type != TarEntryType.Directory)
            throw entry.Refuse(ArchiveRefusal.UnexpectedType, $"it has to be a directory and is {entry.Type}");
    }

    internal static bool IsConfig(TarEntry entry) => Is(entry, "config.dump"u8);

    internal static bool IsSpec(TarEntry entry) => Is(entry, "spec.dump"u8);

    internal static bool Is(TarEntry entry, ReadOnlySpan<byte> name) => entry.Path.Bytes.SequenceEqual(name);
}
