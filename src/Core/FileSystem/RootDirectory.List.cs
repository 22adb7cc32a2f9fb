using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.FileSystem;

public sealed partial class RootDirectory
{
    /// <summary>The entries of this directory itself, ordered by the bytes of their names.</summary>
    public IReadOnlyList<DirectoryEntry> List() => List(RelativePath.Root);

    /// <summary>The entries of a directory, ordered by the bytes of their names; their paths start at this root.</summary>
    public IReadOnlyList<DirectoryEntry> List(RelativePath path)
    {
        // Opened anew even for the root itself: reading moves the handle's position.
        using var directory = OpenOrThrow("list", path, Libc.O_RDONLY | Libc.O_DIRECTORY, InRoot);
        var entries = DirectoryReader.Read(directory, new EntryName(this, path));
        entries.Sort(static (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        return entries.ConvertAll(entry => new DirectoryEntry(path.Child(entry.Name.AsSpan()[..^1]), entry.Type));
    }
}
