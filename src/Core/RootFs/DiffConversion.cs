using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// Carries a diff from one dialect to the other, entry by entry. Whether a list of deletions is gone through before the diff, as here, or after
/// it, as podman does, makes no difference to what comes out: nothing is on the list that is in the archive.
/// </summary>
internal sealed class DiffConversion(DiffWriter writer, DiffOptions options)
{
    private readonly ExtractedPaths _written = new();
    private readonly HashSet<ulong> _files = [];
    private readonly HashSet<RelativePath> _deleted = [];
    private readonly HashSet<RelativePath> _hidden = [];
    private long _bytes;

    internal DiffResult Convert(IReadOnlyList<RelativePath> deleted, TarReader reader, CancellationToken cancellationToken)
    {
        // First, because they are about what is below: a reader that goes by the order alone then keeps what the archive has of the name.
        if (options.Dialect == DiffDialect.Whiteouts)
            deleted.ToList().ForEach(writer.Delete);
        else
            _deleted.UnionWith(deleted);
        while (reader.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Convert(entry, reader);
        }

        Settle();
        var result = writer.Complete();
        return result with { Bytes = _bytes };
    }

    private void Convert(TarEntry entry, TarReader reader)
    {
        if (entry.Type == TarEntryType.CharacterDevice && entry is { DeviceMajor: 0, DeviceMinor: 0 })
        {
            Delete(entry.Path);
            return;
        }

        switch (Whiteout.Read(entry.Path, out var target))
        {
            case WhiteoutKind.Name:
                Delete(target);
                return;
            case WhiteoutKind.Opaque when options.Dialect == DiffDialect.Whiteouts:
                writer.Hide(entry.Path.Parent);
                return;
            case WhiteoutKind.Opaque:
                _hidden.Add(entry.Path.Parent);
                return;
            case WhiteoutKind.Invalid:
                throw entry.Refuse(ArchiveRefusal.InvalidWhiteout, "it names nothing that can be removed");
        }

        if (!entry.Path.IsRoot)
        {
            _written.Add(entry.Path);
            if (entry.Type != TarEntryType.Directory)
                _files.Add(PathHash.Of(entry.Path));
        }

        entry.Attributes.RemoveAll(static attribute => !ExtendedAttributes.IsWritten(attribute.NameBytes));
        _bytes += entry.Size;
        writer.Archiver.AddFrom(entry, reader);
    }

    private void Delete(RelativePath path)
    {
        if (options.Dialect == DiffDialect.Whiteouts)
            writer.Delete(path);
        else
            _deleted.Add(path);
    }

    /// <summary>Makes the list: of what the archive has again a file takes the old one's place, and a folder hides what the old one had.</summary>
    private void Settle()
    {
        foreach (var path in _deleted.Order(RelativePath.ByteOrder))
        {
            if (IsHidden(path))
                continue;
            if (!_written.Contains(path))
                writer.Delete(path);
            else if (!_files.Contains(PathHash.Of(path)))
                _hidden.Add(path);
        }

        foreach (var directory in _hidden.Order(RelativePath.ByteOrder))
        {
            if (options.Lower.Count == 0)
                writer.Hide(directory);
            else
                DeleteHidden(Reach(directory));
        }
    }

    // What is below a folder that hides all is gone with it, and the list may meet a link in the folder's place.
    private bool IsHidden(RelativePath path) => !path.IsRoot && (_hidden.Contains(path.Parent) || IsHidden(path.Parent));

    private LowerFolder Reach(RelativePath directory) =>
        directory.IsRoot ? LowerFolder.Root(options.Lower) : Reach(directory.Parent).Enter(directory);

    private void DeleteHidden(LowerFolder folder)
    {
        foreach (var child in folder.Children())
        {
            if (!_written.Contains(child))
                writer.Delete(child);
            else if (!_files.Contains(PathHash.Of(child)))
                DeleteHidden(folder.Enter(child));
        }
    }
}
